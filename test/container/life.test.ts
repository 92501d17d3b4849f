import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import type { ExecuteOutcome } from '../../src/host/host.ts';
import { defaultSpec } from '../../src/spec/default.ts';
import { formatJson } from '../../src/spec/json-format.ts';
import { memoryHost } from '../support/memory-host.ts';
import type { MemoryHost, MemoryHostOptions } from '../support/memory-host.ts';

const DIRECTORY = '/run/runts/c1';

function process(pid: number): NonNullable<Extract<ExecuteOutcome, { ok: true }>['process']> {
  return { pid, startTime: 777, wait: async () => ({ code: 3 }), kill: () => {}, release: () => {} };
}

/** A machine with a bundle whose plans end as it is told. */
function machine(args: readonly string[], options: MemoryHostOptions = {}): MemoryHost {
  const host = memoryHost({ args, execute: () => ({ ok: true, process: process(42) }), ...options });
  const { process: own, ...spec } = defaultSpec();
  host.tree.set('/bundle/config.json', formatJson({ ...spec, process: { ...own, terminal: false } }));
  host.tree.set('/sys/fs/cgroup/cgroup.controllers', 'cpu memory pids\n');
  host.tree.set('/proc/self/cgroup', '0::/\n');
  return host;
}

describe('create', () => {
  it('leaves the state and a pid file of digits alone', async () => {
    const host = machine(['create', '--pid-file', 'pid', 'c1']);
    expect(await main(host)).toBe(0);
    expect(host.tree.get('/bundle/pid')).toBe('42');
    expect(JSON.parse(host.tree.get(`${DIRECTORY}/state.json`) ?? '')).toMatchObject({
      id: 'c1',
      phase: 'created',
      pid: 42,
      startTime: 777,
      bundle: '/bundle',
      rootfs: '/bundle/rootfs',
      created: '2026-11-22T00:00:00.12Z',
      cgroup: { root: '/sys/fs/cgroup', path: '/runts/c1' },
    });
  });

  it('has written where its cgroup will be before it makes anything', async () => {
    let before = '';
    const host = machine(['create', 'c1'], {
      execute: () => {
        before = host.tree.get(`${DIRECTORY}/container.json`) ?? '';
        return { ok: true, process: process(42) };
      },
    });
    expect(await main(host)).toBe(0);
    expect(JSON.parse(before)).toMatchObject({ phase: 'creating', cgroup: { path: '/runts/c1' } });
    expect(before).not.toContain('"pid":42');
  });

  it('records which directory the cgroup is, and makes one anew that another has recorded', async () => {
    const host = machine(['create', 'c1'], {
      execute: () => ({ ok: true, process: process(42), cgroupInode: 2n ** 60n }),
    });
    host.tree.set('/run/runts/c0/state.json', '{"cgroup":{"root":"/sys/fs/cgroup","path":"/runts/c1"}}');
    host.directories.add('/run').add('/run/runts').add('/run/runts/c0').add('/sys/fs/cgroup/runts/c1');
    expect(await main(host)).toBe(0);
    expect(host.tree.get(`${DIRECTORY}/state.json`)).toContain(
      '"path":"/runts/c1","inode":1152921504606846976',
    );
  });

  it('that fails leaves nothing, and says which step it was', async () => {
    const host = machine(['create', 'c1'], {
      execute: () => ({ ok: false, step: 0, errno: 'EACCES', call: 'mkdirat(5, "c1")', detail: '' }),
    });
    expect(await main(host)).toBe(1);
    expect(host.directories.has(DIRECTORY)).toBe(false);
    expect(host.written.err).toMatch(
      /^runts: linux: cannot make the cgroup .*permission denied.*\n {2}step 1 of \d+: mkdirat\(5, "c1"\) = EACCES/m,
    );
  });

  it('refuses an id that is taken, and leaves that container alone', async () => {
    const host = machine(['create', 'c1']);
    host.directories.add('/run').add('/run/runts').add(DIRECTORY);
    host.tree.set(`${DIRECTORY}/state.json`, 'theirs');
    expect(await main(host)).toBe(1);
    expect(host.written.err).toContain('container with given ID already exists');
    expect(host.tree.get(`${DIRECTORY}/state.json`)).toBe('theirs');
  });

  it.each([['--systemd-cgroup'], ['--cgroup-manager=systemd']])(
    'without systemd: %s fails in words',
    async (flag) => {
      const host = machine([flag, 'create', 'c1']);
      expect(await main(host)).toBe(1);
      expect(host.written.err).toContain(
        '--systemd-cgroup: systemd is not running on this host (there is no /run/systemd/system)',
      );
      expect(host.directories.has(DIRECTORY)).toBe(false);
    },
  );
});

describe('run', () => {
  it('ends as the program does and leaves nothing', async () => {
    const host = machine(['run', 'c1']);
    expect(await main(host)).toBe(3);
    expect(host.directories.has(DIRECTORY)).toBe(false);
  });

  it('--keep leaves the container, stopped', async () => {
    const host = machine(['run', '--keep', 'c1']);
    expect(await main(host)).toBe(3);
    expect(host.tree.has(`${DIRECTORY}/state.json`)).toBe(true);
  });

  it('makes 128 and the signal of a program that a signal ended', async () => {
    const killed = { ...process(42), wait: async () => ({ signal: 9 }) };
    const host = machine(['run', 'c1'], { execute: () => ({ ok: true, process: killed }) });
    expect(await main(host)).toBe(137);
  });
});

describe('delete', () => {
  it('of a missing container fails unless it is forced', async () => {
    expect(await main(machine(['delete', 'c1']))).toBe(1);
    expect(await main(machine(['delete', '--force', 'c1']))).toBe(0);
  });

  it.each([
    [[], 1],
    [['--force'], 0],
  ] as const)('%j clears a directory without a state and ends with %d', async (flags, code) => {
    const host = machine(['delete', ...flags, 'c1']);
    host.directories.add('/run').add('/run/runts').add(DIRECTORY);
    expect(await main(host)).toBe(code);
    expect(host.directories.has(DIRECTORY)).toBe(false);
  });

  it.each([
    ['R', 'cannot delete container c1 that is not stopped: running'],
    ['Z', 'container c1 is in use: another command holds /run/runts/c1/lock'],
  ])('of a container that another command holds, in the state %s, says why not', async (state, message) => {
    const host = machine(['create', 'c1']);
    await main(host);
    const later = machine(['delete', 'c1']);
    for (const directory of host.directories) later.directories.add(directory);
    for (const [path, text] of host.tree) later.tree.set(path, text);
    later.tree.set('/proc/42/stat', `42 (true) ${state} ${'0 '.repeat(18)}777 0`);
    later.tree.delete(`${DIRECTORY}/start.sock`);
    later.taken.add(`${DIRECTORY}/lock`);
    expect(await main(later)).toBe(1);
    expect(later.written.err).toContain(message);
    expect(later.directories.has(DIRECTORY)).toBe(true);
  });

  it('--force clears a state that nobody can read', async () => {
    const host = machine(['delete', '--force', 'c1']);
    host.directories.add('/run').add('/run/runts').add(DIRECTORY);
    host.tree.set(`${DIRECTORY}/state.json`, '{');
    expect(await main(host)).toBe(0);
    expect(host.directories.has(DIRECTORY)).toBe(false);
  });
});

describe('kill', () => {
  it.each([
    [[], 1],
    [['--all'], 0],
  ] as const)('%j of a container that has ended ends with %d', async (flags, code) => {
    const host = machine(['create', 'c1']);
    await main(host);
    const later = machine(['kill', ...flags, 'c1', 'KILL']);
    for (const directory of host.directories) later.directories.add(directory);
    for (const [path, text] of host.tree) later.tree.set(path, text);
    expect(await main(later)).toBe(code);
    expect(later.written.err).toBe(code === 0 ? '' : 'runts: container not running\n');
  });
});

describe('plan', () => {
  it('shows each step with what asked for it, and needs no machine', async () => {
    const host = memoryHost({ args: ['plan'] });
    host.tree.set('/bundle/config.json', formatJson(defaultSpec()));
    expect(await main(host)).toBe(0);
    expect(host.written.out).toMatch(/^where +step +asked for by\n/);
    expect(host.written.out).toContain('/root/path');
    expect(host.written.err).toBe('');
  });

  it('--json is JSON', async () => {
    const host = memoryHost({ args: ['plan', '--json', 'c1'] });
    host.tree.set('/bundle/config.json', formatJson(defaultSpec()));
    expect(await main(host)).toBe(0);
    expect(JSON.parse(host.written.out)).toContainEqual(
      expect.objectContaining({ kind: 'clone', on: 'host' }),
    );
  });
});
