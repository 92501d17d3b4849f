import { chmodSync, existsSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import type { TestHook } from '../support/config.ts';
import { probing } from '../support/config.ts';
import {
  create,
  makeContainer,
  parseProbes,
  refused,
  runContainer,
  startDetached,
} from '../support/container.ts';
import type { State } from '../support/container.ts';
import { NOTHING, holdings } from '../support/leaks.ts';

const PHASES = [
  'prestart',
  'createRuntime',
  'createContainer',
  'startContainer',
  'poststart',
  'poststop',
] as const;

/** A hook that appends its phase, its state and the mount namespace it runs in to a file of the bundle. */
function recorder(directory: string, phase: string): TestHook {
  const script = join(directory, `hook-${phase}.sh`);
  const lines = [
    '#!/bin/sh',
    'state=$(cat)',
    `echo "${phase} $(readlink /proc/self/ns/mnt) $HOOK $state" >>"$1"`,
  ];
  writeFileSync(script, `${lines.join('\n')}\n`);
  chmodSync(script, 0o755);
  return {
    path: script,
    args: [script, join(directory, 'record')],
    env: ['PATH=/usr/bin:/bin', `HOOK=env-${phase}`],
  };
}

interface Entry {
  phase: string;
  namespace: string;
  env: string;
  state: State;
}

const records = (directory: string): Entry[] =>
  (existsSync(join(directory, 'record')) ? readFileSync(join(directory, 'record'), 'utf8') : '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [phase = '', namespace = '', env = '', ...json] = line.split(' ');
      return { phase, namespace, env, state: JSON.parse(json.join(' ')) as State };
    });

const one = (line: string, timeout?: number): TestHook[] => [
  { path: '/bin/sh', args: ['sh', '-c', line], ...(timeout !== undefined && { timeout }) },
];

describe('hooks', () => {
  it('those of the host run in their order, in its mount namespace, with the state on standard input', async (context) => {
    needs(context);
    const host = ['prestart', 'createRuntime', 'poststart', 'poststop'];
    const container = makeContainer(context, (config, { directory }) => {
      config.hooks = Object.fromEntries(host.map((phase) => [phase, [recorder(directory, phase)]]));
      config.annotations = { 'com.example.key': 'value' };
    });
    expect(await runContainer(container)).toMatchObject({ status: 0, stderr: '' });
    const found = records(container.directory);
    expect(found.map(({ phase }) => phase)).toEqual(host);
    const own = readlinkSync('/proc/self/ns/mnt');
    for (const { phase, namespace, env, state } of found) {
      expect(namespace, phase).toBe(own);
      expect(env).toBe(`env-${phase}`);
      expect(state).toMatchObject({
        id: container.id,
        bundle: container.directory,
        annotations: { 'com.example.key': 'value' },
      });
      expect(state.ociVersion).toMatch(/^1\./);
    }
    expect(found.map(({ state }) => state.status)).toEqual(['created', 'creating', 'running', 'stopped']);
    expect(found[0]?.state.pid).toBeGreaterThan(1);
  });

  it('createContainer runs in the container namespaces with a path of the host', async (context) => {
    needs(context);
    const container = makeContainer(context, (config, { directory }) => {
      config.hooks = { createContainer: [recorder(directory, 'createContainer')] };
    });
    expect(await runContainer(container)).toMatchObject({ status: 0, stderr: '' });
    const [entry] = records(container.directory);
    expect(entry?.phase).toBe('createContainer');
    expect(entry?.namespace).not.toBe(readlinkSync('/proc/self/ns/mnt'));
    expect(entry?.state).toMatchObject({ id: container.id, status: 'creating', pid: 1 });
  });

  it('startContainer runs in the container, path and all, just before the program', async (context) => {
    needs(context);
    const container = makeContainer(context, (config) => {
      config.process.args = ['/bin/inspect', 'read', '/tmp/from-hook'];
      config.hooks = {
        startContainer: [{ path: '/bin/inspect', args: ['inspect', 'write', '/tmp/from-hook', 'x'] }],
      };
    });
    const ended = await runContainer(container);
    expect(ended.status).toBe(0);
    expect(ended.stdout).toContain('{"probe":"read","value":"x"}');
  });

  it('startContainer without env has that of the program, with HOME', async (context) => {
    needs(context);
    const container = makeContainer(context, (config) => {
      probing(['true'])(config);
      config.process.env = ['ONE=two'];
      config.hooks = {
        startContainer: [{ path: '/bin/inspect', args: ['inspect', 'read', '/proc/self/environ'] }],
      };
    });
    const ended = await runContainer(container);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(parseProbes(ended.stdout)[0]).toMatchObject({ value: 'ONE=two\0HOME=/root\0' });
  });

  it('startContainer is under the profile and the capabilities of the program', async (context) => {
    needs(context);
    const message = await refused(context, (config) => {
      config.linux.seccomp = {
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [
          { names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_KILL_PROCESS' },
          { names: ['clone3', 'close_range'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 },
        ],
      };
      config.hooks = {
        startContainer: [
          { path: '/bin/inspect', args: ['inspect', 'true'] },
          { path: '/bin/inspect', args: ['inspect', 'mkdir', '/tmp/x'] },
        ],
      };
    });
    expect(message).toContain(
      'error running startContainer hook #1: /bin/inspect: killed by signal 31 (bad system call)',
    );
  });

  it('in create and start each runs in its command', async (context) => {
    needs(context);
    const container = makeContainer(context, (config, { directory }) => {
      probing(['sleep', '60'])(config);
      const host = PHASES.filter((phase) => phase !== 'startContainer');
      config.hooks = Object.fromEntries(host.map((phase) => [phase, [recorder(directory, phase)]]));
    });
    await startDetached(container);
    const phases = () => records(container.directory).map(({ phase }) => phase);
    expect(phases()).toEqual(['prestart', 'createRuntime', 'createContainer', 'poststart']);
    expect(await container.runts(['delete', '--force', container.id])).toMatchObject({ status: 0 });
    expect(phases().at(-1)).toBe('poststop');
  });

  it.for(['prestart', 'createRuntime', 'createContainer'])(
    'a failing %s hook fails create, and nothing is left',
    async (phase, context) => {
      needs(context);
      let id = '';
      const message = await refused(context, (config, bundle) => {
        id = bundle.id;
        config.hooks = { [phase]: one('echo because >&2; exit 3') };
      });
      expect(message).toMatch(new RegExp(`hooks\\.${phase}\\[0\\]|hooks/${phase}/0|${phase}`));
      expect(message).toContain(`error running ${phase} hook #0: /bin/sh: exit code 3: because`);
      expect(holdings(id)).toEqual(NOTHING);
    },
  );

  it('a hook that takes longer than its timeout is killed and fails', async (context) => {
    needs(context);
    const before = Date.now();
    const message = await refused(context, (config) => {
      config.hooks = { createRuntime: one('exec sleep 20', 1) };
    });
    expect(Date.now() - before).toBeLessThan(10_000);
    expect(message).toMatch(/createRuntime/);
    expect(message).toMatch(/time/i);
  });

  it('a failing poststop hook does not keep the container', async (context) => {
    needs(context);
    const container = makeContainer(context, (config) => {
      config.hooks = { poststop: one('exit 1') };
    });
    expect((await runContainer(container)).stderr).toContain(
      'poststop hook failed with exit code 1: /bin/sh',
    );
    expect(existsSync(join(container.state, container.id))).toBe(false);
  });

  it.for(['startContainer', 'poststart'])(
    'a failing %s hook fails start and is the end of the container, poststop and all',
    async (phase, context) => {
      needs(context);
      const container = makeContainer(context, (config, { directory }) => {
        probing(['sleep', '60'])(config);
        const failing =
          phase === 'poststart' ? one('exit 3') : [{ path: '/bin/inspect', args: ['x', 'bad'] }];
        config.hooks = { [phase]: failing, poststop: [recorder(directory, 'poststop')] };
      });
      expect(await create(container)).toMatchObject({ status: 0 });
      const started = await container.runts(['start', container.id]);
      expect(started.status).toBe(1);
      expect(started.stderr).toMatch(
        new RegExp(`hooks\\.${phase}\\[0\\]: error running ${phase} hook #0: .*: exit code`),
      );
      expect((await container.runts(['state', container.id])).stderr).toContain('container does not exist');
      expect(holdings(container.id)).toEqual(NOTHING);
      expect(records(container.directory).map(({ phase: recorded }) => recorded)).toEqual(['poststop']);
    },
  );

  it('a missing program of a hook is an error that names it', async (context) => {
    needs(context);
    const message = await refused(context, (config) => {
      config.hooks = { createRuntime: [{ path: '/no/such/hook' }] };
    });
    expect(message).toMatch(
      /\/no\/such\/hook.*no such file or directory|no such file or directory.*\/no\/such\/hook/s,
    );
  });

  it('a relative path is refused', async (context) => {
    needs(context);
    const message = await refused(context, (config) => {
      config.hooks = { poststart: [{ path: 'bin/hook' }] };
    });
    expect(message).toMatch(/hooks/);
  });
});
