import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { scratchDirectory } from '../support/bundle.ts';
import { ROOT } from '../support/entry.ts';

type States = Record<string, 'passed' | 'failed' | 'skipped'>;

/** The closing lines for reports with these tests, and the exit status. A test that fails says `failureMessages`. */
function tally(
  context: TestContext,
  reports: Record<string, States>,
  failureMessages: readonly string[] = [],
) {
  const directory = scratchDirectory(context);
  const files = Object.entries(reports).map(([name, states]) => {
    const file = join(directory, `${name}.json`);
    const assertionResults = Object.entries(states).map(([fullName, status]) => ({
      fullName,
      status,
      failureMessages: status === 'failed' ? failureMessages : [],
    }));
    const suite = { name: join(ROOT, 'a.test.ts'), status: 'passed', assertionResults };
    writeFileSync(file, JSON.stringify({ testResults: [suite] }));
    return name === 'guest' ? file : `${name}=${file}`;
  });
  const script = join(ROOT, 'scripts/tally.mjs');
  const ended = spawnSync(process.execPath, [script, '0', ...files], { cwd: ROOT, encoding: 'utf8' });
  const told = ended.stdout.replaceAll(`${directory}/`, '');
  return { status: ended.status, lines: told.split('\n').filter((line) => line !== '') };
}

it('counts a test that passed anywhere and failed nowhere as passed', (context) => {
  const states = { a: 'passed', b: 'skipped' } as const;
  expect(tally(context, { node: states, standalone: states, guest: { b: 'passed' } })).toEqual({
    status: 0,
    lines: ['2 passed, 0 failed, 0 skipped'],
  });
});

it('a test that passes through one entry only has failed, and it says through which', (context) => {
  const both = {
    node: { a: 'passed', b: 'passed', c: 'failed' },
    standalone: { a: 'failed', b: 'skipped', c: 'failed' },
  } as const;
  expect(tally(context, { ...both, guest: { b: 'passed' } })).toEqual({
    status: 1,
    lines: [
      'failed: a.test.ts: a (failed through standalone)',
      'failed: a.test.ts: b (skipped through standalone)',
      'failed: a.test.ts: c',
      '0 passed, 3 failed, 0 skipped',
    ],
  });
});

it('a test that both entries skip has failed where it failed elsewhere, through neither', (context) => {
  const skipped = { a: 'skipped', b: 'skipped' } as const;
  expect(tally(context, { node: skipped, standalone: skipped, guest: { a: 'failed' } })).toEqual({
    status: 1,
    lines: [
      'skipped, without a reason:',
      '  a.test.ts: b',
      'failed: a.test.ts: a',
      '0 passed, 1 failed, 1 skipped',
    ],
  });
});

it('a test that one entry alone is asked for is judged by it', (context) => {
  const reports = { node: { a: 'passed' }, standalone: { a: 'passed', unit: 'passed' } } as const;
  expect(tally(context, reports)).toEqual({ status: 0, lines: ['2 passed, 0 failed, 0 skipped'] });
});

it('a failed test says in which reports and what, the first lines of it', (context) => {
  const long = ['expected 1 to be 2', ...Array.from({ length: 30 }, (_, line) => `at line ${line}`)];
  const reports = { node: { a: 'failed' }, guest: { a: 'failed' } } as const;
  expect(tally(context, reports, [long.join('\n')])).toEqual({
    status: 1,
    lines: [
      'failed: a.test.ts: a',
      ...['node', 'guest'].flatMap((name) => [
        `  in ${name}.json: expected 1 to be 2`,
        ...long.slice(1, 20).map((line) => `    ${line}`),
      ]),
      '0 passed, 1 failed, 0 skipped',
    ],
  });
});
