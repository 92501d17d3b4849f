import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/container/saved.ts';
import { scratchDirectory } from '../support/bundle.ts';
import { needs } from '../support/conditions.ts';
import type { Change } from '../support/config.ts';
import { makeContainer, runContainer } from '../support/container.ts';
import { RUNTS, run } from '../support/run.ts';
import { giveTo, makeUser, makeUserContainer, subordinateIds } from '../support/user.ts';
import type { TestUser, UserOptions } from '../support/user.ts';

const full = [{ containerID: 0, hostID: 500_000, size: 65_537 }];

const cases: [string, UserOptions, Change, RegExp, RegExp][] = [
  [
    'ids that are not his',
    {},
    ({ linux }) => void (linux['uidMappings'] = full),
    /linux\.uidMappings\[0\]: 500000-565536 of the host are not given to runts-70001 by \/etc\/subuid \(which gives 500000-565535\)/,
    /add runts-70001:500000:65537 to \/etc\/subuid/,
  ],
  [
    'ids where he has none',
    { subordinate: undefined },
    ({ linux }) => void (linux['gidMappings'] = full),
    /linux\.gidMappings\[0\]: 500000-565536 of the host are not given to runts-70001 by \/etc\/subgid \(which names none\)/,
    /add runts-70001:/,
  ],
  [
    'ids of which newuidmap alone can tell whether they are his',
    { known: false },
    ({ linux }) => void (linux['uidMappings'] = full),
    /linux\.uidMappings: cannot map the ids of the user namespace: .*newuidmap: .+/,
    /\/etc\/subuid/,
  ],
  [
    'a group that is not mapped for a mount',
    {},
    ({ mounts }) => void mounts[2]?.options?.push('gid=5'),
    /mounts\[2\]\.options\[5\]: gid 5 is not mapped in the container's user namespace/,
    /leave "gid=5" out/,
  ],
  [
    'groups that he may not set',
    {},
    ({ process }) => void (process.user.additionalGids = [0]),
    /process\.user\.additionalGids: nobody may set groups/,
    /newgidmap/,
  ],
  [
    'an idmapped mount',
    {},
    ({ mounts }) => void mounts.push({ destination: '/i', source: '/etc', options: ['bind', 'idmap'] }),
    /mounts\[7\]: an idmapped mount needs rights over its file system/,
    /run as root/,
  ],
  [
    'a limit without a cgroup for it',
    {},
    ({ linux }) => void (linux.resources = { unified: { 'cgroup.max.depth': '5' } }),
    /linux\.resources\.\S+: needs a cgroup, and the cgroup \S+ is not delegated to uid 70001/,
    /Delegate=yes/,
  ],
  [
    'a cgroup of the machine',
    {},
    ({ linux }) => void (linux.cgroupsPath = '/runts-test/not-his'),
    /linux\.cgroupsPath: cannot be made: the cgroup \S+ is not delegated to uid 70001/,
    /Delegate=yes/,
  ],
];

describe('an ordinary user is told why he does not get', () => {
  it.for(cases)('%s', async ([, options, change, message, hint], context) => {
    needs(context, 'user namespaces', 'id tools');
    const container = makeUserContainer(context, makeUser(context, options), change);
    const ended = await runContainer(container);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(message);
    expect(ended.stderr).toMatch(hint);
    expect(existsSync(join(container.state, container.id))).toBe(false);
  });

  it('a cgroup that --rootless false makes necessary', async (context) => {
    needs(context, 'user namespaces');
    const container = makeUserContainer(context, makeUser(context));
    const command = ['--rootless', 'false', 'run', '-b', container.directory, container.id];
    expect((await container.runts(command)).stderr).toMatch(
      /linux: needs a cgroup .* is not delegated to uid 70001/,
    );
  });

  it('a pause without a cgroup, or a process before its start', async (context) => {
    needs(context, 'user namespaces');
    const container = makeUserContainer(context, makeUser(context));
    expect(
      (await container.runts(['create', '-b', container.directory, container.id], { capture: false })).status,
    ).toBe(0);
    const entered = await container.runts(['exec', container.id, '/bin/inspect']);
    expect(entered.stderr).toContain(
      'cannot exec in a container that has not been started, as an ordinary user',
    );
    for (const verb of ['pause', 'ps', 'events']) {
      const ended = await container.runts([verb, container.id]);
      expect(ended.status).toBe(1);
      expect(ended.stderr).toMatch(/container \S+ has no cgroup/);
    }
  });

  it('the state directory of root', async (context) => {
    needs(context);
    const user = makeUser(context, { mounts: 'mount -t tmpfs -o mode=755 none /run' });
    const container = makeUserContainer(context, user);
    const ended = await user.run([RUNTS, 'run', '-b', container.directory, container.id], {
      env: { XDG_RUNTIME_DIR: '' },
    });
    expect(ended).toMatchObject({ status: 1 });
    expect(ended.stderr).toMatch(/\/run\/runts\S*: cannot make the state directory: .*EACCES/);
    expect(ended.stderr).toContain('XDG_RUNTIME_DIR');
    const closed = makeUser(context, {
      mounts: 'mount -t tmpfs -o mode=755 none /run; mkdir -m 700 /run/runts',
    });
    for (const verb of [['list'], ['state', 'x'], ['delete', '--force', 'x']]) {
      const refused = await closed.run([RUNTS, ...verb], { env: { XDG_RUNTIME_DIR: '' } });
      expect(refused.stderr).toMatch(/\/run\/runts\S*: cannot read the states there: permission denied/);
      expect(refused.stderr).toContain('XDG_RUNTIME_DIR');
    }
  });
});

/** A program in the place of newuidmap tells what it was given: its rights would be root's. */
function inItsPlace(context: TestContext, script: string): TestUser {
  const path = join(scratchDirectory(context), 'newuidmap');
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return makeUser(context, { mounts: `mount --bind ${path} /usr/bin/newuidmap` });
}

describe('newuidmap', () => {
  it('gets no environment and no descriptor but that of the process', async (context) => {
    needs(context, 'user namespaces', 'id tools');
    // A substitution of the shell would hold a pipe while ls looks.
    const tell =
      'echo "arguments $*; environment $(tr "\\0" " " </proc/$$/environ)"; ls -l --time-style=+ /proc/$$/fd; exit 1';
    const user = inItsPlace(context, tell);
    const container = makeUserContainer(context, user, subordinateIds(user));
    const { stderr } = await container.runts(['run', '-b', container.directory, container.id], {
      env: { LD_PRELOAD: '', PATH: `/nowhere:${process.env['PATH'] ?? ''}` },
    });
    expect(stderr).toContain(`arguments fd:3 0 ${user.id} 1 1 500000 65536; environment;`);
    const descriptors = [...stderr.matchAll(/ (\d+) -> (\S+?);?\s/g)].map(
      ([, fd, target]) => `${fd} ${target}`,
    );
    expect(descriptors.filter((each) => !/^(1|2) pipe:/.test(each))).toEqual([
      '0 /dev/null',
      expect.stringMatching(/^10 .*newuidmap$/),
      expect.stringMatching(/^3 \/proc\/\d+$/),
    ]);
  });

  it('of an older shadow is given the pid', async (context) => {
    needs(context, 'user namespaces', 'id tools');
    const user = inItsPlace(
      context,
      'case $1 in fd:*) echo "usage: newuidmap <pid>";; *) echo "got $*";; esac; exit 1',
    );
    const container = makeUserContainer(context, user, subordinateIds(user));
    expect((await runContainer(container)).stderr).toMatch(
      new RegExp(`got \\d+ 0 ${user.id} 1 1 500000 65536`),
    );
  });

  it('without rights says so, and where they are lost', async (context) => {
    needs(context, 'user namespaces', 'id tools');
    const user = makeUser(context, { within: ['setpriv', '--no-new-privs'] });
    const container = makeUserContainer(context, user, subordinateIds(user));
    const { stderr } = await runContainer(container);
    expect(stderr).toMatch(
      /linux\.uidMappings: cannot map the ids of the user namespace: .*newuidmap: .*not permitted/,
    );
    expect(stderr).toContain('no_new_privs');
  });
});

const runtimeDirectory = (context: TestContext, user: TestUser): string => {
  const directory = join(scratchDirectory(context), 'runtime');
  mkdirSync(directory, { mode: 0o700 });
  giveTo(user, directory);
  return directory;
};

describe('the states of an ordinary user', () => {
  it('lie below XDG_RUNTIME_DIR', async (context) => {
    needs(context, 'user namespaces');
    const user = makeUser(context);
    const container = makeUserContainer(context, user);
    const directory = runtimeDirectory(context, user);
    const runts = (...args: string[]) => user.run([RUNTS, ...args], { env: { XDG_RUNTIME_DIR: directory } });
    const log = join(container.scratch, 'log');
    const created = await user.run(
      [
        'sh',
        '-c',
        `"$0" --log ${log} create -b "$1" "$2" >/dev/null 2>&1`,
        RUNTS,
        container.directory,
        container.id,
      ],
      {
        env: { XDG_RUNTIME_DIR: directory },
      },
    );
    expect(created.status, existsSync(log) ? readFileSync(log, 'utf8') : '').toBe(0);
    expect(statSync(join(directory, 'runts')).mode & 0o7777).toBe(0o1700);
    expect((await runts('list', '-q')).stdout).toBe(`${container.id}\n`);
    expect(await runts('delete', '--force', container.id)).toMatchObject({ status: 0, stderr: '' });
  });

  it('are not believed by others: a hook in one would run as root', async (context) => {
    needs(context, 'user namespaces');
    const user = makeUser(context);
    const prepared = makeContainer(context);
    const mark = join(prepared.scratch, 'hook-ran');
    mkdirSync(join(prepared.state, prepared.id), { recursive: true });
    const hooks = { poststop: [{ path: '/bin/touch', args: ['touch', mark] }] };
    const state = { version: VERSION, id: prepared.id, phase: 'creating', spec: { hooks }, facts: {} };
    writeFileSync(join(prepared.state, prepared.id, 'state.json'), JSON.stringify(state));
    giveTo(user, join(prepared.state, prepared.id));
    for (const command of [
      ['delete', '--force', prepared.id],
      ['state', prepared.id],
      ['kill', prepared.id],
    ]) {
      const ended = await run(RUNTS, ['--root', prepared.state, ...command]);
      expect(ended.status).toBe(1);
      expect(ended.stderr).toContain('belongs to another user');
    }
    expect(existsSync(mark)).toBe(false);
    giveTo(user, prepared.state);
    expect((await run(RUNTS, ['--root', prepared.state, 'list'])).stderr).toContain(
      'belongs to another user',
    );
  });
});

describe('a program with more rights than its caller', () => {
  it.for([
    ['--ruid=70001', '--euid=0'],
    ['--rgid=70001', '--egid=0'],
  ])('is none that runts is: %s %s', async (ids, context) => {
    needs(context);
    const ended = await run('setpriv', [...ids, '--keep-groups', RUNTS, 'list']);
    expect(ended).toMatchObject({ status: 1, stdout: '' });
    expect(ended.stderr).toContain('must not be set-user-ID');
  });
});
