import { describe, expect, it } from 'vitest';
import type { CommandRecord } from '../support/record.ts';
import { compareRuns } from './compare.ts';

const command = (change: Partial<CommandRecord> = {}): CommandRecord => ({
  test: 'a test',
  command: 0,
  argv: ['runts', 'state', 't0000042-mwroaizg-001'],
  status: 0,
  signal: null,
  stdout: '{\n  "id": "t0000042-mwroaizg-001",\n  "pid": 4711,\n  "status": "running"\n}\n',
  stderr: '',
  log: '',
  ...change,
});

const compared = (one: CommandRecord[], other: CommandRecord[]) =>
  compareRuns({ name: 'node', records: one }, { name: 'standalone', records: other });

/** How two commands differ that gave these texts. */
const between = (one: string, other: string): string | undefined =>
  compared([command({ stdout: one })], [command({ stdout: other })])[0]?.text;

const report = (...processes: string[]): string => `"processes":[${processes.join()}],"capabilities":{}`;

describe('what differs between two runs', () => {
  it('is nothing where ids, pids and times alone do', () => {
    const other = command({
      argv: ['runts', 'state', 't0000043-mwroaizh-007'],
      stdout: '{\n  "id": "t0000043-mwroaizh-007",\n  "pid": 815,\n  "status": "running"\n}\n',
    });
    expect(compared([command()], [other])).toEqual([]);
    expect(between('"created":"2026-11-22T10:07:13.68Z"', '"created":"2026-11-23T10:00:00.123456Z"')).toBe(
      undefined,
    );
  });

  it('is nothing where they list the processes of the machine', () => {
    const own = '{"pid":1,"command":"a"}';
    const others =
      '{"pid":4711,"command":"kworker/0:1]"},{"pid":12,"command":"b\\"]"},{"pid":815,"command":"c"}';
    expect(between(report(own, others), report('{"pid":815,"command":"c"}'))).toBe(undefined);
    expect(between(report(own, others), report(own))).toContain('<processes>');
    expect(between(report(own), report('{"pid":1,"command":"b"}'))).toContain('stdout');
  });

  it('is told with the test, the command and what stands there', () => {
    const stdout = command().stdout.replace('running', 'stopped');
    expect(compared([command()], [command({ stdout })])).toEqual([
      {
        test: 'a test',
        text: expect.stringMatching(
          /^command 0: runts state <id 1>\n {2}stdout, node: .*running.*\n {2}stdout, standalone: .*stopped/,
        ) as string,
      },
    ]);
  });

  it.for<[string, Partial<CommandRecord>]>([
    ['an exit status', { status: 1 }],
    ['a signal', { status: null, signal: 'SIGKILL' }],
    ['an argument', { argv: ['runts', 'state', '-x', 't0000042-mwroaizg-001'] }],
    ['a letter', { stderr: 'a' }],
    ['a line of the log', { log: 'level=error\n' }],
    ['the end of the last line', { stdout: command().stdout.trimEnd() }],
  ])('can be %s', ([, change]) => {
    expect(compared([command()], [command(change)])).toHaveLength(1);
  });

  it.for([
    ['the order', '{"a":1,"b":2}', '{"b":2,"a":1}'],
    ['a pid of a pid namespace', '{"pid":1}', '{"pid":2}'],
    ['a pid that is one of the container, not of the host', '{"pid":1}', '{"pid":1234}'],
    ['no pid', '"pid": 0', '"pid": 4711'],
    ['which of two pids', '"pid": 4711, "sid": 4711', '"pid": 4711, "sid": 4712'],
    [
      'which of two containers',
      't0000042-mwroaizg-001 t0000042-mwroaizg-002',
      't0000042-mwroaizg-001 t0000042-mwroaizg-001',
    ],
    ['a time without parts of a second', '2026-11-22T10:07:13Z', '2026-11-22T10:07:13.5Z'],
    ['a number of a limit', 'RLIMIT_NOFILE 1024', 'RLIMIT_NOFILE 1048576'],
    ['which of two namespaces', '4026531840 4026531841', '4026531840 4026531840'],
    ['which of two descriptors', 'f([5]<a>, [6]<b>)', 'f([5]<a>, [5]<b>)'],
    ['an error without its calls', 'error\n    at f (a.js:1)\n', 'error\n'],
    ['a device with numbers of its own', '"device":"0:44"', '"device":"254:0"'],
    ['white space', 'a  b', 'a b'],
  ])('can be %s', ([, one = '', other = '']) => {
    expect(between(one, other)).toMatch(/^command 0: /);
  });

  it('can be commands that were not run, and tests of one run only', () => {
    const second = command({ command: 1 });
    expect(compared([command(), second], [command()])[0]?.text).toMatch(
      /^command 1: .*\n {2}was run through node only$/,
    );
    expect(compared([command()], [command(), command({ test: 'b test' })])).toMatchObject([
      { test: 'b test', text: expect.stringContaining('standalone only') as string },
    ]);
  });

  it('goes by the order in which commands began, not by that of their ends', () => {
    const second = command({ command: 1, status: 1 });
    expect(compared([command(), second], [second, command()])).toEqual([]);
  });
});
