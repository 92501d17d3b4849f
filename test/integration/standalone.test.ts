/** What the standalone executable needs of the machine that starts it: nothing but the kernel. */
import { copyFileSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../src/spec/problems.ts';
import { readSpec } from '../../src/spec/read.ts';
import { changed } from '../spec/samples.ts';
import { scratchDirectory } from '../support/bundle.ts';
import { needs } from '../support/conditions.ts';
import { probing } from '../support/config.ts';
import { stateOf } from '../support/container.ts';
import type { TestContainer } from '../support/container.ts';
import { STANDALONE } from '../support/entry.ts';
import type { Report } from '../support/report.ts';
import { run } from '../support/run.ts';
import type { Ended, RunOptions } from '../support/run.ts';
import { standalone } from '../support/standalone.ts';

const running = ({ state, directory, id }: TestContainer): string[] => [
  ...[STANDALONE, '--root', state],
  ...['run', '--bundle', directory, id],
];

const reportOf = (ended: Ended): Report => {
  expect(ended).toMatchObject({ status: 0, stderr: '' });
  return JSON.parse(ended.stdout) as Report;
};

/** Types of the segments of an ELF file for 64 bits (elf(5)). */
function segments(file: string): number[] {
  const bytes = readFileSync(file);
  const [start, size, count] = [
    Number(bytes.readBigUInt64LE(32)),
    bytes.readUInt16LE(54),
    bytes.readUInt16LE(56),
  ];
  return Array.from({ length: count }, (_, i) => bytes.readUInt32LE(start + i * size));
}

/** What the library has to say about a config. */
function remarksOn(text: string): { refused?: string; warnings: string[] } {
  try {
    return { warnings: readSpec(text, 'config.json').warnings.map(formatProblem) };
  } catch (error) {
    return { refused: (error as Error).message, warnings: [] };
  }
}

describe('the standalone executable', () => {
  it('is static: it names no loader and no library', async (context) => {
    needs(context, 'the standalone executable');
    const [DYNAMIC, INTERP] = [2, 3];
    expect(segments(STANDALONE)).not.toEqual(expect.arrayContaining([DYNAMIC]));
    expect(segments(STANDALONE)).not.toEqual(expect.arrayContaining([INTERP]));
    const { stdout, stderr } = await run('ldd', [STANDALONE]);
    expect(stdout + stderr).toMatch(/not a dynamic executable|statically linked/);
  });

  it('runs a container with an empty environment', async (context) => {
    const container = standalone(context);
    const { env } = reportOf(await run('env', ['-i', ...running(container)]));
    expect(env.map((each) => each.replace(/=.*/, ''))).toEqual(['PATH', 'RUNTS_TEST', 'HOME']);
  });

  it('runs a container from the working directory /', async (context) => {
    const [command = '', ...args] = running(standalone(context));
    expect(reportOf(await run(command, args, { cwd: '/' })).cwd).toBe('/');
  });

  it('makes a container whose streams are closed', async (context) => {
    const container = standalone(context, probing(['sleep', '60']));
    const closing = ['-c', 'exec "$@" <&- >&- 2>&-', 'sh', STANDALONE, '--root', container.state];
    const options: RunOptions = { capture: false };
    const made = await run('sh', [...closing, 'create', '-b', container.directory, container.id], options);
    expect(made.status).toBe(0);
    expect((await run('sh', [...closing, 'start', container.id], options)).status).toBe(0);
    const { pid, status } = await stateOf(container);
    expect(status).toBe('running');
    for (const fd of [0, 1, 2]) expect(readlinkSync(`/proc/${pid}/fd/${fd}`)).toMatch(/^\/dev\/null$/);
  });

  it('answers in a root that holds nothing but itself, without /proc', async (context) => {
    needs(context, 'the standalone executable');
    const root = scratchDirectory(context);
    copyFileSync(STANDALONE, join(root, 'runts'));
    mkdirSync(join(root, 'states'));
    const inside = (...args: string[]) => run('chroot', [root, '/runts', ...args]);
    expect((await inside('--version')).stdout).toMatch(/^runts version \d/);
    expect(await inside('spec')).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(readFileSync(join(root, 'config.json'), 'utf8'))).toMatchObject({
      root: { path: 'rootfs' },
    });
    expect(JSON.parse((await inside('features')).stdout)).toMatchObject({ ociVersionMin: '1.0.0' });
    expect(await inside('--root', '/states', 'list', '--quiet')).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '',
    });
    expect(await inside('--root', '/states', 'state', 'nobody')).toMatchObject({
      status: 1,
      stderr: 'runts: container does not exist\n',
    });
  });

  it('writes to nothing but the state directory and cgroups', async (context) => {
    const container = standalone(context, probing(['sleep', '60']));
    const { state, directory, id } = container;
    mkdirSync(state);
    const script = [
      'mount -t tmpfs states "$STATE"',
      'for at in / /tmp /run /var /var/tmp; do if mountpoint -q $at; then mount -o remount,bind,ro $at; fi; done',
      'if touch "$BUNDLE/x" 2>/dev/null; then exit 9; fi',
      'runts() { "$RUNTS" --root "$STATE" "$@"; }',
      'runts create --bundle "$BUNDLE" "$ID" >/dev/null',
      'runts start "$ID"',
      'runts exec "$ID" /bin/inspect true',
      'runts state "$ID"',
      'runts delete --force "$ID"',
    ].join('\n');
    const ended = await run('unshare', ['-m', '--propagation', 'private', 'sh', '-ec', script], {
      env: { STATE: state, BUNDLE: directory, ID: id, RUNTS: STANDALONE },
    });
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(ended.stdout)).toMatchObject({ status: 'running' });
  });

  it.for<[string, string | undefined]>([
    ['"hostname":"a","hostname":"b"', 'the key "hostname" is there twice'],
    ['"hostname":"a","hostname"\n:"b"', 'the key "hostname" is there twice'],
    ['"annotations":{"a":"\\\\","a":"\\\\"}', 'the key "a" is there twice'],
    ['"annotations":{"a\\\\":"1","a\\\\":"2","b":"\\":"}', 'is there twice'],
    ['"annotations":{"a":"1","\\u0061":"2"}', 'the key "a" is there twice'],
    ['"annotations":{"a":"\\u0000"}', 'NUL'],
    ['"annotations":{"a":"\\udc00"}', 'surrogate'],
    ['"annotations":{"a":"\\uDBff"}', 'surrogate'],
    ['"annotations":{"a":"\u0001"}', 'control character'],
    ['"annotations":{"a":"\\x"}', '\\x is not an escape'],
    ['"annotations":{"a":"\\u12"}', 'four hexadecimal digits'],
    ['"annotations":{"a":"1",}', 'a comma before }'],
    ['"annotations":["a",]', 'a comma before ]'],
    ['"annotations":["a" "b"]', 'unexpected'],
    ['"annotations":{"a":"', 'the text ends inside'],
    ['"annotations":tru', 'is not a JSON value'],
    ['"process":{"oomScoreAdj":01}', '01 is not a JSON number'],
    ['"process":{"oomScoreAdj":-}', '- is not a JSON number'],
    [`"x":${'['.repeat(129)}${']'.repeat(129)}`, 'more than 128 levels'],
    [`"x":${'['.repeat(100)}${']'.repeat(100)}`, undefined],
    ['"x":[-0, 1.0, 1e2, 9007199254740993, -12, 0]', undefined],
    ['"annotations":{"__proto__":"x"}', undefined],
    ['"annotations":{"a":"{\\"b\\":1}","c":"\\u003c:é"}', undefined],
  ])('reads a config as strictly as the library: %s', async ([part, refusal], context) => {
    needs(context, 'the standalone executable');
    const bundle = scratchDirectory(context);
    const text = `{"ociVersion":"1.2.0","root":{"path":"rootfs"},${part}}`;
    writeFileSync(join(bundle, 'config.json'), text);
    const { status, stderr } = await run(STANDALONE, ['plan', '--bundle', bundle, 'read']);
    expect([status, stderr]).toEqual(refusal === undefined ? [0, ''] : [1, expect.stringContaining(refusal)]);
    const read = expect(() => readSpec(text, 'config.json'));
    if (refusal === undefined) read.not.toThrow();
    else read.toThrow(refusal);
  });

  it('reads texts as they are meant', async (context) => {
    needs(context, 'the standalone executable');
    const bundle = scratchDirectory(context);
    const args = '["\\"\\\\\\/\\b\\f\\n\\r\\t","\\u0041\\u00E9\\u2028é€😀",""]';
    const text = `{"ociVersion":"1.2.0","root":{"path":"rootfs"},"process":{"user":{"uid":0,"gid":0},"cwd":"/","args":${args}}}`;
    writeFileSync(join(bundle, 'config.json'), text);
    const { stdout } = await run(STANDALONE, ['plan', '--json', '--bundle', bundle, 'read']);
    const plan = JSON.parse(stdout) as { kind: string; arguments?: string[] }[];
    expect(JSON.stringify(plan)).toContain(JSON.stringify(JSON.parse(args)));
  });

  it.for<[string, unknown]>([
    ['/root/readonly', true],
    ['/root/readonly', 'yes'],
    ['/root/path', ''],
    ['/root/path', undefined],
    ['/root', ['path']],
    ['/unknown', { a: 1 }],
    ['/annotations', { 'a/b': '', constructor: 'x' }],
    ['/annotations', { '': 'x' }],
    ['/annotations', { a: 1 }],
    ['/annotations', ['a']],
    ['/process/args', []],
    ['/process/args', { 0: 'sh' }],
    ['/process/args/0', 7],
    ['/process/cwd', 'tmp'],
    ['/process/env', ['A=1', 'B']],
    ['/process/user', undefined],
    ['/process/user/uid', -1],
    ['/process/user/uid', 1.5],
    ['/process/user/uid', '0'],
    ['/process/user/uid', 2 ** 32 - 2],
    ['/process/rlimits', [{ type: 'RLIMIT_AS', soft: 1, hard: 2 ** 53 }]],
    ['/process/rlimits', [{ type: 'RLIMIT_AS', soft: 2, hard: 1 }]],
    ['/process/capabilities', { bounding: ['CAP_NEW'] }],
    ['/linux/namespaces/0/type', 'pidd'],
    ['/linux/namespaces/0/type', null],
    ['/linux/maskedPaths', ['/proc/kcore', 'proc/keys']],
    ['/linux/sysctl', { 'kernel.panic': '1' }],
  ])('finds the faults that the library finds: %s = %j', async ([pointer, value], context) => {
    needs(context, 'the standalone executable');
    const bundle = scratchDirectory(context);
    const text = JSON.stringify(changed({ [pointer]: value }));
    writeFileSync(join(bundle, 'config.json'), text);
    const { status, stderr } = await run(STANDALONE, ['plan', '--bundle', bundle, 'read']);
    const { refused, warnings } = remarksOn(text);
    expect([status, stderr !== '']).toEqual([
      refused === undefined ? 0 : 1,
      refused !== undefined || warnings.length > 0,
    ]);
    for (const remark of [...warnings, refused ?? '']) expect(stderr).toContain(remark);
  });

  it('gives the soft limit of open files on as it found it', async (context) => {
    const container = standalone(context, (config) => {
      config.process.rlimits = [];
    });
    const ended = await run('sh', ['-c', 'ulimit -Sn 777; exec "$@"', 'sh', ...running(container)]);
    expect(reportOf(ended).rlimits['RLIMIT_NOFILE']?.soft).toBe('777');
  });

  it('is told apart by the name that it is called by, also where PATH finds it', async (context) => {
    needs(context, 'the standalone executable');
    const directory = scratchDirectory(context);
    for (const name of ['runc', 'crun']) {
      symlinkSync(STANDALONE, join(directory, name));
      const found = await run('env', ['-i', `PATH=${directory}`, name, '--version']);
      expect(found.stdout).toMatch(new RegExp(`^${name} version \\d`));
    }
  });
});
