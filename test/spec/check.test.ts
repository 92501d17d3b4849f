import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkProcess, checkResources, checkSpec } from '../../src/spec/check.ts';
import { formatProblem } from '../../src/spec/problems.ts';
import { fullConfig } from './full-config.ts';
import { changed, goodConfig, NS, problemsOf, put, warningsOf } from './samples.ts';
import type { Changes } from './samples.ts';

test('a good config has no problems and no warnings', () => {
  const result = checkSpec(goodConfig());
  expect(result).toMatchObject({ ok: true, warnings: [] });
});

test('all problems come at once, each with its pointer', () => {
  const lines = problemsOf({
    '/ociVersion': '2.0.0',
    '/root/path': '',
    '/process/cwd': 'work',
    '/process/args': [],
    '/process/user/uid': 4294967295,
    '/mounts/0/options': ['ro', 7],
    [`/linux/namespaces/${NS.mount}/type`]: 'mont',
    '/linux/resources/memory/limit': -2,
    '/linux/sysctl/kernel.panic': '1',
  });
  expect(lines).toEqual([
    '/ociVersion: "2.0.0" is not supported: expected a version 1.x of the specification',
    '/root/path: is empty: expected a string of one character at least',
    '/process/cwd: "work" is not an absolute path: expected a path that begins with /',
    '/process/args: is empty: expected one entry at least',
    '/process/user/uid: 4294967295 is too large for a user id: expected an integer from 0 to 4294967294',
    '/mounts/0/options/1: 7 has the wrong type: expected a string',
    '/linux/namespaces/2/type: "mont" is not a namespace type (did you mean mount?): expected one of pid, network, mount, ipc, uts, user, cgroup, time',
    '/linux/resources/memory/limit: -2 is too small for a size (-1 is no limit): expected an integer from -1 to 9223372036854775807',
  ]);
});

describe('wrong types and values', () => {
  test.each<[string, unknown, string]>([
    ['/ociVersion', undefined, 'is required and not there'],
    ['/ociVersion', 1, '1 has the wrong type: expected a string'],
    ['/ociVersion', '1.0', '"1.0" is not a version: expected a SemVer version such as 1.3.0'],
    ['/ociVersion', '0.5.0-dev', '"0.5.0-dev" is not supported: expected a version 1.x of the specification'],
    ['/root', undefined, 'is required and not there'],
    ['/root', null, 'null has the wrong type: expected an object'],
    ['/root/readonly', 'yes', '"yes" has the wrong type: expected true or false'],
    ['/process', [], 'an array has the wrong type: expected an object'],
    ['/process/args', 'sh', '"sh" has the wrong type: expected an array'],
    ['/process/args', undefined, 'is required and not there'],
    ['/process/args/0', {}, 'an object has the wrong type: expected a string'],
    ['/process/args/0', 'a\0b', '"a\\u0000b" holds a NUL character: expected a string without it'],
    ['/process/args/0', '\ud800', '"\\ud800" holds half of a surrogate pair'],
    ['/process/cwd', '', 'is empty: expected a string of one character at least'],
    ['/process/env', ['PATH'], '/0: "PATH" has no =: expected NAME=value'],
    ['/process/env', ['=x'], '/0: "=x" has no name before its =: expected NAME=value'],
    [
      '/process/user/gid',
      -1,
      '-1 is negative, which a group id cannot be: expected an integer from 0 to 4294967294',
    ],
    [
      '/process/user/uid',
      0.5,
      '0.5 is not an integer, as a user id must be: expected an integer from 0 to 4294967294',
    ],
    ['/process/user/uid', '0', '"0" has the wrong type: expected an integer from 0 to 4294967294'],
    [
      '/process/user/uid',
      2 ** 53,
      '9007199254740992 is too large for a user id: expected an integer from 0 to 4294967294',
    ],
    ['/process/user/umask', 0o1000, '512 is too large for a umask: expected an integer from 0 to 511'],
    [
      '/process/oomScoreAdj',
      1001,
      '1001 is too large for an OOM score adjustment: expected an integer from -1000 to 1000',
    ],
    [
      '/process/ioPriority',
      { class: 'IOPRIO_CLASS_BE', priority: 8 },
      '/priority: 8 is too large for an I/O priority: expected an integer from 0 to 7',
    ],
    [
      '/process/execCPUAffinity',
      { initial: '3-1' },
      '/initial: "3-1" is not a number or a range of numbers: expected a list such as 0-3,7',
    ],
    ['/hostname', 'h'.repeat(65), `"${'h'.repeat(65)}" has 65 bytes: expected 64 bytes at most`],
    ['/hostname', 'é'.repeat(33), `"${'é'.repeat(33)}" has 66 bytes: expected 64 bytes at most`],
    ['/annotations', { '': 'x' }, '/: the key is empty: expected a name'],
    ['/annotations', { 'a/b~c': 1 }, '/a~1b~0c: 1 has the wrong type: expected a string'],
    [
      '/linux/cgroupsPath',
      '/a/../../b',
      '"/a/../../b" has a .. in it: expected a path that stays below the cgroup root',
    ],
    [
      '/linux/maskedPaths',
      ['proc'],
      '/0: "proc" is not an absolute path: expected a path that begins with /',
    ],
    ['/linux/readonlyPaths', [''], '/0: is empty: expected a string of one character at least'],
    [
      '/linux/rootfsPropagation',
      'slaves',
      '"slaves" is not a mount propagation (did you mean slave?): expected one of shared, slave, private, unbindable, rshared, rslave, rprivate, runbindable',
    ],
    [
      '/linux/personality',
      { domain: 'LINUX64' },
      '/domain: "LINUX64" is not an execution domain (did you mean LINUX?): expected one of LINUX, LINUX32',
    ],
    [
      '/linux/netDevices',
      { 'a/b': {} },
      '/a~1b: "a/b" is not an interface name: expected 1 to 15 bytes without / : or white space',
    ],
    [
      '/linux/netDevices',
      { eth0: { name: 'x%d%d' } },
      '/eth0/name: "x%d%d" is not a template for an interface name: expected one %d at most, and no other %',
    ],
    [
      '/linux/netDevices',
      { eth0: { name: 'a-name-of-16-byt' } },
      '/eth0/name: "a-name-of-16-byt" has 16 bytes: expected 1 to 15 bytes without / : or white space',
    ],
    [
      '/linux/intelRdt',
      { closID: 'a/b' },
      '/closID: "a/b" is not a class of service: expected a directory name without /, or / alone',
    ],
    [
      '/linux/intelRdt',
      { memBwSchema: 'L3:0=1' },
      '/memBwSchema: "L3:0=1" does not begin with MB:: expected a line such as MB:0=20;1=70',
    ],
    [
      '/linux/intelRdt',
      { schemata: ['MB:0=1\nL3:0=1'] },
      '/schemata/0: "MB:0=1\\nL3:0=1" has a line break in it: expected one line',
    ],
    [
      '/linux/timeOffsets',
      { monotonic: { nanosecs: 1e9 } },
      '/monotonic/nanosecs: 1000000000 is too large for a time in nanoseconds: expected an integer from 0 to 999999999',
    ],
  ])('%s = %j', (pointer, value, message) => {
    const line = message.startsWith('/') ? pointer + message : `${pointer}: ${message}`;
    expect(problemsOf({ [pointer]: value })).toEqual([line]);
  });

  test.each([[1], ['x'], [null], [[]], [undefined]])('a document that is %j', (value) => {
    expect(checkSpec(value)).toMatchObject({ ok: false, problems: [{ pointer: '', expected: 'an object' }] });
  });
});

const limit = (value: unknown) => problemsOf({ '/linux/resources/memory/limit': value });
const rlimits = (value: unknown): Changes => ({
  '/process/rlimits': [{ type: 'RLIMIT_CORE', soft: value, hard: value }],
});

test('no value makes a check throw', () => {
  const pointers = [
    '/process',
    '/mounts',
    '/hooks',
    '/linux',
    '/linux/namespaces',
    '/linux/resources',
    '/linux/seccomp',
    '/linux/sysctl',
    '/linux/netDevices',
    '/annotations',
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...pointers),
      fc.anything({ withBigInt: true, withNullPrototype: true }),
      (pointer, value) => {
        const config = fullConfig();
        put(config, pointer, value);
        expect(typeof checkSpec(config).ok).toBe('boolean');
      },
    ),
    { numRuns: 1000 },
  );
});

describe('64-bit integers', () => {
  test('are exact to the end of their range', () => {
    expect(limit(9223372036854775807n)).toEqual([]);
    expect(limit(-1)).toEqual([]);
    expect(problemsOf(rlimits(18446744073709551615n))).toEqual([]);
  });

  test('are refused beyond it', () => {
    expect(limit(9223372036854775808n)[0]).toContain('9223372036854775808 is too large');
    expect(problemsOf(rlimits(18446744073709551616n))).toHaveLength(2);
  });

  test('are refused as numbers that JavaScript has rounded', () => {
    expect(limit(2 ** 53)[0]).toContain('is not exact: write all of its digits (in JavaScript, a bigint)');
  });

  test('are numbers in the result when they fit', () => {
    const result = checkSpec(changed(rlimits(5n)));
    expect(result.ok && result.value.process.rlimits?.[0]).toEqual({ type: 'RLIMIT_CORE', soft: 5, hard: 5 });
  });
});

describe('the checked copy', () => {
  test('has no properties but those of the specification', () => {
    const result = checkSpec(changed({ '/vendor': 1, '/process/user/name': 'x', '/windows': {} }));
    expect(result.ok && Object.keys(result.value)).not.toContain('vendor');
    expect(result.ok && result.value.process.user).toEqual({ uid: 0, gid: 0 });
    expect(result.warnings).toEqual([]);
  });

  test('has uid and gid 0 when the config names no user', () => {
    const result = checkSpec(changed({ '/process/user': undefined }));
    expect(result.ok && result.value.process.user).toEqual({ uid: 0, gid: 0 });
  });

  test('keeps a map key __proto__ as a key', () => {
    const result = checkSpec(changed({ '/annotations': JSON.parse('{"__proto__":"x"}') as unknown }));
    expect(result.ok && Object.entries(result.value.annotations ?? {})).toEqual([['__proto__', 'x']]);
  });
});

describe('warnings', () => {
  test.each<[string, Changes, string]>([
    [
      'a misspelt property',
      { '/linux/maskedPath': [] },
      '/linux/maskedPath: is not a property and is ignored (did you mean maskedPaths?)',
    ],
    [
      'a null',
      { '/linux/seccomp': null },
      '/linux/seccomp: null counts as absent: expected a value, or no property',
    ],
    [
      'an unknown capability',
      { '/process/capabilities': { bounding: ['CAP_KILL', 'CAP_FLY'] } },
      `/process/capabilities/bounding/1: "CAP_FLY" is not a capability of this kernel's interface and is left out`,
    ],
    [
      'a relative destination',
      { '/mounts/0/destination': 'proc' },
      '/mounts/0/destination: "proc" is relative, which is deprecated: taken from /: expected /proc',
    ],
    [
      'personality flags',
      { '/linux/personality': { domain: 'LINUX', flags: ['X'] } },
      '/linux/personality/flags: is ignored: the specification defines no flag',
    ],
  ])('%s', (_, changes, line) => {
    expect(problemsOf(changes)).toEqual([]);
    expect(warningsOf(changes)).toEqual([line]);
  });
});

describe('the documents of exec and update', () => {
  test('process.json', () => {
    expect(checkProcess({ args: ['id'], cwd: '/' })).toMatchObject({
      ok: true,
      value: { user: { uid: 0, gid: 0 } },
    });
    const bad = checkProcess({ args: [], cwd: 'x', terminal: 1 });
    expect(bad.ok ? [] : bad.problems.map(({ pointer }) => pointer)).toEqual(['/args', '/cwd', '/terminal']);
  });

  test('resources', () => {
    expect(
      checkResources({ memory: { swap: 1 }, cpu: { shares: 0, cpus: '' }, blockIO: { weight: 0 } }).ok,
    ).toBe(true);
    const bad = checkResources({ pids: { limit: -2 }, cpu: { cpus: 'a' } });
    expect(bad.ok ? [] : bad.problems.map(formatProblem)).toEqual([
      '/pids/limit: -2 is too small for a number of tasks (-1 is no limit): expected an integer from -1 to 9223372036854775807',
      '/cpu/cpus: "a" is not a list of numbers: expected a list such as 0-3,7',
    ]);
  });
});
