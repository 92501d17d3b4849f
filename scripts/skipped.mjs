// skipped.mjs REPORT — the arguments with which vitest runs the tests that a JSON report of it says were skipped, one a line:
// their files, then -t and a pattern of their names. Nothing is printed where none was skipped.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const files = new Set();
const names = new Set();
for (const suite of JSON.parse(readFileSync(process.argv[2], 'utf8')).testResults) {
  for (const test of suite.assertionResults) {
    if (test.status === 'passed' || test.status === 'failed') continue;
    files.add(relative(process.cwd(), suite.name));
    names.add(test.fullName.replaceAll(/[.*+?^${}()|[\]\\]/g, '.'));
  }
}
if (names.size > 0) console.log([...files, '-t', `^(${[...names].join('|')})$`].join('\n'));
