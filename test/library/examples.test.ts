import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scratchDirectory } from '../support/bundle.ts';
import { needs } from '../support/conditions.ts';
import type { Condition } from '../support/conditions.ts';
import { ROOT, run } from '../support/run.ts';

const DIRECTORY = join(ROOT, 'examples');

interface Example {
  readonly needs?: readonly Condition[];
  readonly prints: readonly (string | RegExp)[];
}

const EXAMPLES: Readonly<Record<string, Example>> = {
  hello: { prints: ['hello from example'] },
  logs: { prints: ['out: line 1', 'out: line 2', 'out: line 3', 'err: no line 4', 'ended with 3'] },
  exec: {
    prints: [
      'runs as 1000',
      'sorted: apple pear',
      "the program exited with 1: cat: can't open '/missing': No such file or directory",
    ],
  },
  limits: {
    needs: ['memory', 'pids'],
    prints: [/^uses \d+ bytes$/, /^1 killed at 16777216 bytes$/, 'dd ended with 137', 'ended with 0'],
  },
  images: {
    needs: ['overlay'],
    prints: ['greetings from box', 'first finds nothing', 'second finds nothing', 'step 2 finds built'],
  },
  pod: { prints: ['served in the pod', 'one ipc namespace'] },
  queue: {
    needs: ['memory', 'cpu', 'pids'],
    prints: [
      'sum: 42',
      'endless: took longer than 2 s',
      /^greedy: the program (exited with 137|was killed by SIGKILL)/,
      'talkative: standard output is larger than 4096 bytes',
      /^forks: the program exited with 2: .*can't fork/,
      /^curious: the program exited with 1: .*Read-only file system/,
    ],
  },
};

const matches = (line: string, wanted: string | RegExp): boolean =>
  typeof wanted === 'string' ? line === wanted : wanted.test(line);

it.for(Object.entries(EXAMPLES))('%s prints what it is to print', async ([name, example], test) => {
  needs(test, ...(example.needs ?? []));
  const ended = await run(process.execPath, [join(DIRECTORY, `${name}.mjs`)]);
  expect(ended).toMatchObject({ status: 0, stderr: '' });
  const lines = ended.stdout.trim().split('\n');
  const { prints } = example;
  expect(lines.filter((line) => !prints.some((wanted) => matches(line, wanted)))).toEqual([]);
  expect(prints.filter((wanted) => !lines.some((line) => matches(line, wanted)))).toEqual([]);
});

it('shell is a shell on the terminal of its caller', async (test) => {
  needs(test);
  // A fifo is never at its end, which script(1) would tell the terminal.
  const typing = `mkfifo "$1"; (echo 'stty size; echo $((6 * 7)); exit 3' >"$1" &); exec script -qefc "$0" /dev/null 0<>"$1"`;
  const command = `stty rows 41 cols 99; ${process.execPath} ${join(DIRECTORY, 'shell.mjs')}`;
  const ended = await run('sh', ['-c', typing, command, join(scratchDirectory(test), 'typed')]);
  expect(ended.stdout).toMatch(/^41 99\r\n42\r$/m);
  expect(ended.status).toBe(3);
});

it('each example is tested, and named in docs/library.md', () => {
  const names = readdirSync(DIRECTORY).filter((name) => name !== 'busybox.mjs');
  const tested = [...Object.keys(EXAMPLES), 'shell'].map((name) => `${name}.mjs`);
  expect(names.sort()).toEqual(tested.sort());
  const page = readFileSync(join(ROOT, 'docs/library.md'), 'utf8');
  expect(names.filter((name) => !page.includes(`examples/${name}`))).toEqual([]);
});
