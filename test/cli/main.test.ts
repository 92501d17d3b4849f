import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { COMMANDS, flagsOf, GLOBAL_FLAGS, GROUPS, VERBS } from '../../src/cli/table.ts';
import { SPEC_VERSION } from '../../src/spec/default.ts';
import { COMMIT, VERSION } from '../../src/version.ts';
import { memoryHost } from '../support/memory-host.ts';
import type { MemoryHost, MemoryHostOptions } from '../support/memory-host.ts';

async function command(
  args: readonly string[],
  options: MemoryHostOptions = {},
): Promise<{ host: MemoryHost; code: number }> {
  const host = memoryHost({ ...options, args });
  return { host, code: await main(host) };
}

describe('version', () => {
  it.each(['--version', '-v'])('%s has the lines that docker and go-runc parse', async (flag) => {
    const { host, code } = await command([flag], { name: 'runc' });
    expect(code).toBe(0);
    expect(host.written.out).toBe(
      `runc version ${VERSION}\ncommit: ${COMMIT}\nspec: ${SPEC_VERSION}\nlibseccomp: 2.6.0\n`,
    );
  });

  it('is that of the package', () => {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    expect((JSON.parse(text) as { version: string }).version).toBe(VERSION);
  });
});

describe('by the name of crun', () => {
  it('says what scripts search for', async () => {
    const version = await command(['--version'], { name: 'crun' });
    expect(version.host.written.out).toMatch(/^crun version .*\n\+SYSTEMD /s);
    const help = await command(['exec', '--help'], { name: 'crun' });
    expect(help.host.written.out).toContain('Usage: crun [OPTION...] exec CONTAINER cmd\n');
  });
});

describe('wrong usage', () => {
  it.each([
    [['create'], '"create" requires exactly 1 argument(s)'],
    [['create', 'a', 'b'], '"create" requires exactly 1 argument(s)'],
    [['exec'], '"exec" requires a minimum of 1 argument(s)'],
    [['kill', 'a', 'b', 'c'], '"kill" requires a maximum of 2 argument(s)'],
    [['image', 'load'], '"image load" requires exactly 1 argument(s)'],
    [['image', '--nothing'], 'flag provided but not defined: -nothing'],
    [['run', '--image', 'a', '--nothing', 'b'], 'flag provided but not defined: -nothing'],
    [['run', 'c1', '--image', 'a'], '--image must come before the first argument'],
    [['run'], '"run" requires exactly 1 argument(s)'],
    [['state', '--nothing', 'a'], 'flag provided but not defined: -nothing'],
    [['--nothing', 'state', 'a'], 'flag provided but not defined: -nothing'],
  ])('%j prints the help and the error', async (args, message) => {
    const { host, code } = await command(args);
    expect(code).toBe(1);
    expect(host.written.out).toMatch(/^Incorrect Usage\.\n\n/);
    expect(host.written.err).toBe(`runts: ${message}\n`);
  });

  it.each([['nothing'], ['image nothing'], ['help image nothing']])(
    '%j, which does not exist, ends with 3',
    async (words) => {
      const { host, code } = await command(words.split(' '));
      expect(code).toBe(3);
      expect(host.written.err).toContain(`No help topic for '${words.replace('help ', '')}'`);
    },
  );

  it.each([
    [['--log-format', 'xml', 'list'], 'invalid log-format: xml'],
    [['--root', '/', 'list'], 'Option --root argument should not be set to /'],
    [['--root', '', 'list'], 'Option --root argument should not be set to /'],
    [['--cgroup-manager', 'v1', 'list'], 'unknown cgroup manager "v1"'],
    [['--rootless', 'maybe', 'list'], 'invalid value "maybe" for flag -rootless'],
    [['--log', 'journald:runts', 'list'], '--log: journald is not supported'],
    [['delete', '--regex', '('], '--regex: Invalid regular expression'],
  ])('%j is refused', async (args, message) => {
    const { host, code } = await command(args, { cwd: '/' });
    expect(code).toBe(1);
    expect(host.written.err).toContain(message);
  });
});

describe('help', () => {
  it('lists every command and global option', async () => {
    const { host, code } = await command(['--help']);
    expect(code).toBe(0);
    for (const { name } of [...COMMANDS, ...GLOBAL_FLAGS]) expect(host.written.out).toContain(name);
  });

  it.each(VERBS.map((verb) => [verb.name, verb] as const))('of %s shows its flags', async (name, verb) => {
    const { host } = await command([...name.split(' '), '--help']);
    for (const flag of flagsOf(verb))
      expect(host.written.out.includes(`--${flag.name}`)).toBe(flag.hidden !== true);
  });

  it.each(
    GROUPS.flatMap((group) =>
      [[group.name], [group.name, '--help'], ['help', group.name]].map((args) => [args, group] as const),
    ),
  )('of %j lists the commands of the group', async (args, { verbs }) => {
    const { host, code } = await command(args);
    expect(code).toBe(0);
    for (const { name, about } of verbs) {
      expect(host.written.out).toContain(`   ${name} `);
      expect(host.written.out).toContain(`  ${about}
`);
    }
  });

  it('of a command of a group is asked for with either word order', async () => {
    const { host } = await command(['help', 'image', 'load']);
    expect(host.written.out).toBe((await command(['image', 'load', '-h'])).host.written.out);
    expect(host.written.out).toContain('runts image load [options] <source>');
  });

  it.each(VERBS.flatMap(({ name, load }) => (load === undefined ? [] : [[name, load] as const])))(
    '%s loads',
    async (_, load) => {
      expect(typeof (await load()).verb).toBe('function');
    },
  );
});

describe('errors', () => {
  it('of a missing container go to standard error and the log', async () => {
    const { host, code } = await command(['--log', 'log.json', '--log-format', 'json', 'state', 'c1']);
    expect(code).toBe(1);
    expect(host.written.err).toBe('runts: container does not exist\n');
    expect(JSON.parse(host.tree.get('/bundle/log.json') ?? '')).toEqual({
      level: 'error',
      msg: 'container does not exist',
      time: '2026-11-22T00:00:00Z',
      code: 'NOT_FOUND',
    });
  });

  it('go to the file of file:PATH too', async () => {
    const { host } = await command(['--log', 'file:a.log', 'state', 'c1']);
    expect(host.tree.get('/bundle/a.log')).toContain('container does not exist');
  });

  it('of exec end with 255', async () => {
    expect((await command(['exec', 'c1', 'true'])).code).toBe(255);
  });

  it('of an id with a slash are of the id', async () => {
    const { host } = await command(['delete', '--force', '../etc']);
    expect(host.written.err).toContain('runts: invalid container ID format\n');
  });

  it('of --config name the file, which counts from the current directory', async () => {
    const { host } = await command(['run', '--bundle', '/b', '-f', 'other.json', 'c1']);
    expect(host.written.err).toContain('runts: JSON specification file other.json not found\n');
    const found = memoryHost({ args: ['plan', '--config', 'other.json'], cwd: '/here' });
    found.tree.set('/here/other.json', '{');
    await main(found);
    expect(found.written.err).toContain('runts: other.json:1:2: ');
  });

  it('of a bundle without config.json have the words of runc', async () => {
    const { host, code } = await command(['create', 'c1']);
    expect(code).toBe(1);
    expect(host.written.err).toContain('runts: JSON specification file config.json not found\n');
    expect(host.directories.has('/run/runts/c1')).toBe(false);
  });
});

describe('the root directory', () => {
  it('is made below XDG_RUNTIME_DIR for another user than root', async () => {
    const { host } = await command(['list'], { uid: 1000, env: { XDG_RUNTIME_DIR: '/run/user/1000' } });
    expect(host.directories.has('/run/user/1000/runts')).toBe(true);
  });

  it('may be missing unless it was named', async () => {
    expect((await command(['list'])).code).toBe(0);
    const { host, code } = await command(['--root', 'sub/dir', 'list']);
    expect(code).toBe(1);
    expect(host.written.err).toContain('/bundle/sub/dir: no such file or directory');
  });
});

describe('spec', () => {
  it('writes a config.json and never over one', async () => {
    const { host, code } = await command(['spec']);
    expect(code).toBe(0);
    expect(host.tree.get('/bundle/config.json')).toMatch(/^\{\n\t"ociVersion": /);
    host.written.err = '';
    const again = memoryHost({ args: ['spec'] });
    again.tree.set('/bundle/config.json', '{}');
    expect(await main(again)).toBe(1);
    expect(again.written.err).toBe('runts: File config.json exists. Remove it first\n');
    expect(again.tree.get('/bundle/config.json')).toBe('{}');
  });
});

describe('features', () => {
  it('is one JSON object, indented by four, with what clients gate their functions on', async () => {
    const { host } = await command(['features']);
    expect(host.written.out).toMatch(/^\{\n {4}"ociVersionMin": "1\.0\.0",\n/);
    const features = JSON.parse(host.written.out) as {
      mountOptions: string[];
      linux: { namespaces: string[]; mountExtensions: unknown };
    };
    expect(features.mountOptions).toContain('rro');
    expect(features.linux.namespaces).toContain('user');
    expect(features.linux.mountExtensions).toEqual({ idmap: { enabled: true } });
  });
});
