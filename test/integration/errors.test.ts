import { closeSync, existsSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import type { Change, TestConfig } from '../support/config.ts';
import { makeContainer, runContainer } from '../support/container.ts';
import type { TestContainer } from '../support/container.ts';
import { NOTHING, holdings } from '../support/leaks.ts';
import { RUNTS, run } from '../support/run.ts';

const missingSource = (config: TestConfig): void => {
  config.mounts.push({ destination: '/var/data', source: '/data/missing', options: ['bind'] });
};

/** The last line of a JSON log. */
async function logged(container: TestContainer): Promise<Record<string, unknown>> {
  const log = join(container.scratch, 'log.json');
  const ended = await container.runts([
    '--log',
    log,
    '--log-format',
    'json',
    'run',
    '-b',
    container.directory,
    container.id,
  ]);
  expect(ended.status).toBe(1);
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  return JSON.parse(lines.at(-1) ?? '') as Record<string, unknown>;
}

const written =
  (text: string) =>
  (container: TestContainer): void =>
    writeFileSync(join(container.directory, 'config.json'), text);

describe('errors', () => {
  it('are in the log where standard error cannot be written', async (context) => {
    needs(context);
    const container = makeContainer(context, missingSource);
    const log = join(container.scratch, 'log.json');
    const nullDevice = openSync('/dev/null', 'r');
    context.onTestFinished(() => closeSync(nullDevice));
    const args = ['--root', container.state, '--log', log, '--log-format', 'json', 'run'];
    const command = [RUNTS, ...args, '-b', container.directory, container.id];
    const ended = await run('sh', ['-c', 'exec "$@" >&3 2>&3', 'sh', ...command], { fds: [nullDevice] });
    expect(ended.status).toBe(1);
    expect(readFileSync(log, 'utf8').trim()).toMatch(/^[^\n]*mounts\[7\][^\n]*$/);
  });

  it('a mount that fails says which property, which call and why, in one line', async (context) => {
    needs(context);
    const ended = await runContainer(makeContainer(context, missingSource));
    const [line = ''] = ended.stderr.split('\n');
    expect(line).toMatch(/mounts\[7\]/);
    expect(line).toContain('/data/missing');
    expect(line).toContain('/var/data');
    expect(line).toContain('no such file or directory');
    expect(ended.stderr).toMatch(/open_tree\(.*ENOENT|open_tree.*"\/data\/missing"/s);
    expect(ended.stderr).toMatch(/\/mounts\/7/);
  });

  it('the JSON log has the same with keys of its own beside level, msg and time', async (context) => {
    needs(context);
    const entry = await logged(makeContainer(context, missingSource));
    expect(entry).toMatchObject({ level: 'error' });
    expect(entry['msg']).toMatch(/mounts\[7\].*no such file or directory/);
    expect(entry['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
    expect(Number.isNaN(Date.parse(String(entry['time'])))).toBe(false);
    const more = JSON.stringify(entry);
    expect(more).toContain('STEP_FAILED');
    expect(more).toContain('/mounts/7');
    expect(more).toContain('ENOENT');
    expect(more).toContain('open_tree');
  });

  it('a config that is not JSON: line and column', async (context) => {
    needs(context);
    const container = makeContainer(context);
    written('{\n  "ociVersion": "1.3.0",\n  "process": {,}\n}\n')(container);
    const ended = await runContainer(container);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(/config\.json.*\b3\b.*\b15\b|line 3.*column 15/s);
  });

  it('a config with several problems: all of them, each with its pointer', async (context) => {
    needs(context);
    const container = makeContainer(context, (config) => {
      config.process.cwd = 'relative';
      config.process.user.uid = -1;
      config.linux.namespaces.push({ type: 'nothing' });
    });
    const ended = await runContainer(container);
    expect(ended.status).toBe(1);
    for (const pointer of ['/process/cwd', '/process/user/uid', '/linux/namespaces/6/type']) {
      expect(ended.stderr).toContain(pointer);
    }
  });

  it('no config at all, in the words of runc', async (context) => {
    needs(context);
    const container = makeContainer(context);
    const ended = await container.runts(['run', '-b', container.scratch, container.id]);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain('JSON specification file config.json not found');
  });

  it('files that cannot be read are named first, then why', async (context) => {
    needs(context);
    const ended = await run(RUNTS, ['--root', '/no/such/root', 'list']);
    expect(ended).toMatchObject({
      status: 1,
      stderr: 'runts: /no/such/root: no such file or directory (scandir: ENOENT)\n',
    });
  });

  it('called as runc, one line with the words of runc in front', async (context) => {
    needs(context);
    const container = makeContainer(context, ({ process }) => {
      process.args = ['nowhere'];
    });
    const name = join(container.scratch, 'runc');
    symlinkSync(RUNTS, name);
    const args = ['--root', container.state, 'run', '-b', container.directory, container.id];
    expect(await run(name, args)).toMatchObject({
      status: 1,
      stderr:
        'runc run failed: unable to start container process: error during container init: process.args[0]: exec: "nowhere": executable file not found in $PATH\n',
    });
  });

  it('wrong arguments and unknown flags and commands', async (context) => {
    needs(context);
    const none = await run(RUNTS, ['create']);
    expect(none.status).toBe(1);
    expect(none.stderr + none.stdout).toMatch(/"create" requires exactly 1 argument/);
    expect((await run(RUNTS, ['create', '--no-such-flag', 'x'])).status).toBe(1);
    expect((await run(RUNTS, ['no-such-command'])).status).not.toBe(0);
  });

  it.for<[string, Change]>([
    [
      'a file in the way of a mount point',
      ({ mounts }) => void mounts.push({ destination: '/etc/passwd/x', type: 'tmpfs', source: 't' }),
    ],
    [
      'a device that cannot be made',
      ({ linux }) => void (linux.devices = [{ path: '/proc/x', type: 'c', major: 1, minor: 3 }]),
    ],
    ['a hook that fails', (config) => void (config.hooks = { createContainer: [{ path: '/bin/false' }] })],
    ['a program that is missing', ({ process }) => void (process.args = ['/no/program'])],
    ['a sysctl that is missing', ({ linux }) => void (linux.sysctl = { 'net.nothing': '1' })],
    [
      'a namespace that is missing',
      ({ linux }) => void (linux.namespaces[1] = { type: 'network', path: '/no/ns' }),
    ],
    [
      'a unified key that is missing',
      ({ linux }) => void (linux.resources = { unified: { 'cgroup.nothing': '1' } }),
    ],
    ['a working directory below a file', ({ process }) => void (process.cwd = '/etc/passwd/x')],
  ])('%s fails in words, with a hint of the property, and leaves nothing', async ([, change], context) => {
    needs(context);
    const container = makeContainer(context, change);
    const entry = await logged(container);
    expect(String(entry['msg'])).toMatch(/^[^\n]{10,400}$/);
    expect(JSON.stringify(entry)).toMatch(/\/(mounts|linux|hooks|process)\//);
    const left = holdings(container.id, container.state);
    expect({ ...left, files: left.files.filter((file) => file.includes(container.id)) }).toEqual(NOTHING);
    expect(existsSync(join(container.state, container.id))).toBe(false);
  });

  it('an error is one line on standard error where the log is a file too', async (context) => {
    needs(context);
    const container = makeContainer(context, missingSource);
    const log = join(container.scratch, 'log');
    const ended = await container.runts(['--log', log, 'run', '-b', container.directory, container.id]);
    expect(ended.stderr).toContain('mounts[7]');
    expect(readFileSync(log, 'utf8')).toContain('mounts[7]');
  });

  it('without root it says so', async (context) => {
    needs(context);
    const container = makeContainer(context);
    const command = [
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      RUNTS,
      '--root',
      '/tmp',
      'run',
      '-b',
      container.directory,
      container.id,
    ];
    const ended = await run('setpriv', command);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(/permission denied|operation not permitted|root/);
  });
});
