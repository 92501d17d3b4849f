// compare-entries.mjs NAME=RECORD NAME=RECORD — what the commands of the tests gave through one entry and through the other, as recorded with
// RUNTS_RECORD; the status is 1 where something differs but what may from run to run (test/entries/normalize.ts).
import { readFileSync } from 'node:fs';
import { load } from './lib/load.mjs';

const SHOWN = 20;

const { compareRuns, readRecords } = await load('test/entries/compare.ts');
const runs = process.argv.slice(2).map((argument) => {
  const at = argument.indexOf('=');
  return { name: argument.slice(0, at), records: readRecords(readFileSync(argument.slice(at + 1), 'utf8')) };
});
const differences = compareRuns(...runs);
for (const { test, text } of differences.slice(0, SHOWN)) console.log(`differs: ${test}\n  ${text}\n`);
if (differences.length > SHOWN) console.log(`and ${differences.length - SHOWN} more\n`);
const [{ records, name }, { name: other }] = runs;
console.log(
  `compare: ${records.length} commands through ${name} and ${other}: ${differences.length} tests differ`,
);
process.exit(differences.length === 0 && records.length > 0 ? 0 : 1);
