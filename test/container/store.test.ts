import { describe, expect, it } from 'vitest';
import type { Context } from '../../src/container/context.ts';
import { planFacts } from '../../src/container/facts.ts';
import { events } from '../../src/container/events.ts';
import type { RuncEvent } from '../../src/container/events.ts';
import { list } from '../../src/container/list.ts';
import { processes } from '../../src/container/ps.ts';
import { state } from '../../src/container/state.ts';
import { outlineOf, VERSION } from '../../src/container/saved.ts';
import type { Creation, Saved } from '../../src/container/saved.ts';
import { load, loadCreation, makePlace, placeOf, save, saveCreation } from '../../src/container/store.ts';
import type { HostObserver, ObserverNotice, ObserveOptions } from '../../src/host/host.ts';
import { defaultSpec } from '../../src/spec/default.ts';
import type { Spec } from '../../src/spec/types.ts';
import { fullConfig } from '../spec/full-config.ts';
import { memoryHost } from '../support/memory-host.ts';
import type { MemoryHost } from '../support/memory-host.ts';

const ROOT = '/run/runts';
const CGROUP = '/sys/fs/cgroup/runts/c1';

function creation(change: Partial<Creation> = {}): Creation {
  return {
    version: VERSION,
    ociVersion: '1.3.0',
    id: 'c1',
    bundle: '/b',
    rootfs: '/b/rootfs',
    created: '2026-11-22T00:00:00Z',
    owner: 0,
    phase: 'created',
    pid: 42,
    startTime: 777,
    startSocket: 'start.sock',
    cgroup: { root: '/sys/fs/cgroup', path: '/runts/c1' },
    spec: { ...defaultSpec(), annotations: { z: '1', a: '2' } },
    facts: planFacts({ root: ROOT, cgroupManager: 'cgroupfs' }, 'c1', '/b'),
    noNewKeyring: false,
    startSteps: [],
    stepsBefore: 0,
    ...change,
  };
}

function saved(change: Partial<Creation> = {}): Saved {
  return outlineOf(creation(change));
}

const fullSpec = (): Spec => fullConfig() as unknown as Spec;

interface Machine {
  readonly host: MemoryHost;
  readonly context: Context;
  readonly warnings: string[];
}

function machine(container?: Saved): Machine {
  const host = memoryHost();
  const warnings: string[] = [];
  host.directories.add('/run').add(ROOT);
  if (container !== undefined) save(host.files, makePlace(host.files, ROOT, container.id), container);
  const context: Context = {
    host,
    root: ROOT,
    cgroupManager: 'cgroupfs',
    warn: (text) => warnings.push(text),
  };
  return { host, context, warnings };
}

function process(host: MemoryHost, letter: string, startTime = 777): void {
  host.tree.set('/proc/42/stat', `42 (a b) ${letter} ${'0 '.repeat(18)}${startTime} 0`);
}

async function statusOf(
  change: Partial<Creation>,
  prepare: (host: MemoryHost) => void,
): Promise<[string, number]> {
  const { host, context } = machine(saved(change));
  prepare(host);
  const { status, pid } = await state(context, 'c1');
  return [status, pid];
}

describe('the store', () => {
  it('keeps two containers of one id apart', () => {
    const { host } = machine(saved());
    expect(() => makePlace(host.files, ROOT, 'c1')).toThrow('container with given ID already exists');
  });

  it('reads what it wrote, 64-bit integers too', () => {
    const { host } = machine();
    const place = makePlace(host.files, ROOT, 'c1');
    const spec = defaultSpec();
    const rlimits = [{ type: 'RLIMIT_NOFILE', soft: 1024, hard: 18446744073709551615n }] as const;
    const made = creation({ phase: 'creating', spec: { ...spec, process: { ...spec.process, rlimits } } });
    const cgroup = { root: '/sys/fs/cgroup', path: '/runts/c1', inode: 2n ** 60n };
    saveCreation(host.files, place, made);
    save(host.files, place, outlineOf({ ...made, phase: 'created', cgroup }));
    expect(loadCreation(host.files, place)).toEqual({ ...made, exact: true, phase: 'created', cgroup });
  });

  it('takes the text of a config as it is, and reads the same', () => {
    const { host } = machine();
    const place = makePlace(host.files, ROOT, 'c1');
    const cgroup = { root: '/sys/fs/cgroup', path: '/runts/c1', inode: 2n ** 60n };
    for (const made of [creation(), creation({ cgroup, exact: true })]) {
      const texts = [undefined, ` ${JSON.stringify(made.spec, undefined, '\t')}\n`, ' '.repeat(2 ** 21)];
      for (const text of texts) {
        saveCreation(host.files, place, made, text);
        expect(loadCreation(host.files, place)).toEqual(made);
      }
    }
  });

  it('reads the state of a container whose creator was killed from what was written first', () => {
    const { host } = machine();
    const place = makePlace(host.files, ROOT, 'c1');
    expect(() => load(host.files, place)).toThrow('container does not exist');
    saveCreation(host.files, place, creation({ phase: 'creating' }));
    expect(load(host.files, place)).toMatchObject({ id: 'c1', phase: 'creating', startSocket: 'start.sock' });
  });

  it('keeps what few commands need out of the file that all of them read', () => {
    const { spec } = saved({ spec: { ...fullSpec(), ociVersion: '1.3.0' } });
    expect(spec.process).toEqual({ args: ['sh'] });
    expect(Object.keys(spec).sort()).toEqual(['annotations', 'hooks', 'linux', 'process', 'root']);
    expect(Object.keys(spec.hooks ?? {})).toEqual(['poststart', 'poststop']);
    expect(Object.keys(spec.linux ?? {})).toEqual(['namespaces', 'intelRdt']);
  });

  it('keeps a profile whose agent start has to connect to', () => {
    const seccomp = {
      defaultAction: 'SCMP_ACT_ALLOW',
      listenerPath: '/agent',
      syscalls: [{ names: ['chmod'], action: 'SCMP_ACT_NOTIFY' }],
    } as const;
    const { spec } = saved({ spec: { ...defaultSpec(), linux: { seccomp } } });
    expect(spec.linux?.seccomp).toEqual(seccomp);
  });

  it.each([
    '',
    '{',
    '[]',
    'null',
    '{"version":1,"id":"c1"}',
    '{"version":2,"id":"c2"}',
    '{"version":2,"id":"c1","exact":true,"n":1,"n":1}',
    '{"version":2,"id":"c1",}',
  ])('refuses the state %j', (text) => {
    const { host } = machine(saved());
    host.tree.set(`${ROOT}/c1/state.json`, text);
    expect(() => load(host.files, placeOf(ROOT, 'c1'))).toThrow(
      `${ROOT}/c1/state.json: not a state of this version`,
    );
  });
});

describe('the status', () => {
  it('is creating as long as the creator holds the lock', async () => {
    const creating = { phase: 'creating', pid: 0 } as const;
    expect(await statusOf(creating, (host) => void host.taken.add(`${ROOT}/c1/lock`))).toEqual([
      'creating',
      0,
    ]);
    expect(await statusOf(creating, () => {})).toEqual(['stopped', 0]);
  });

  it('is created as long as the socket of start is there', async () => {
    const created = await statusOf({}, (host) => {
      process(host, 'S');
      host.tree.set(`${ROOT}/c1/start.sock`, '');
    });
    expect(created).toEqual(['created', 42]);
  });

  it('is running without it', async () => {
    expect(await statusOf({}, (host) => process(host, 'R'))).toEqual(['running', 42]);
  });

  it('is paused where the cgroup is frozen, also before start', async () => {
    const paused = await statusOf({}, (host) => {
      process(host, 'S');
      host.tree.set(`${ROOT}/c1/start.sock`, '').set(`${CGROUP}/cgroup.freeze`, '1\n');
    });
    expect(paused).toEqual(['paused', 42]);
  });

  it.each([
    ['gone', () => {}],
    ['a zombie', (host: MemoryHost) => process(host, 'Z')],
    ['another process of that pid', (host: MemoryHost) => process(host, 'S', 778)],
  ])('is stopped where the process is %s', async (_, prepare) => {
    expect(await statusOf({}, prepare)).toEqual(['stopped', 0]);
  });
});

describe('list', () => {
  it('has the containers by id, with the owner and sorted annotations', async () => {
    const { host, context, warnings } = machine(saved());
    save(host.files, makePlace(host.files, ROOT, 'b0'), saved({ id: 'b0', spec: defaultSpec() }));
    host.directories.add(`${ROOT}/~seccomp`);
    host.tree.set('/etc/passwd', 'root:x:0:0::/:/bin/sh\nroot2:x:0:0::/:/bin/sh\n');
    const states = await list(context, false);
    expect(states.map(({ id, owner }) => [id, owner])).toEqual([
      ['b0', 'root'],
      ['c1', 'root'],
    ]);
    expect(Object.keys(states[1]?.annotations ?? {})).toEqual(['a', 'z']);
    expect(states[0]).not.toHaveProperty('annotations');
    expect(warnings).toEqual([]);
  });

  it('warns of what it cannot read and goes on', async () => {
    const { host, context, warnings } = machine(saved());
    host.directories.add(`${ROOT}/broken`);
    expect(await list(context, false)).toHaveLength(1);
    expect(warnings).toEqual(['load container broken: container does not exist']);
  });
});

describe('processes', () => {
  it('are those of the cgroup and of all below it', () => {
    const { host, context } = machine(saved());
    host.directories.add(CGROUP).add(`${CGROUP}/sub`);
    host.tree.set(`${CGROUP}/cgroup.procs`, '1\n22\n').set(`${CGROUP}/sub/cgroup.procs`, '333\n');
    expect(processes(context, 'c1')).toEqual([1, 22, 333]);
  });

  it('are none where the cgroup is gone', () => {
    expect(processes(machine(saved()).context, 'c1')).toEqual([]);
  });
});

describe('events', () => {
  it('tell of statistics each interval and of kills for want of memory, until the cgroup is empty', async () => {
    const { host, context } = machine(saved());
    process(host, 'S');
    host.directories.add(CGROUP);
    host.tree.set(`${CGROUP}/cgroup.events`, 'populated 1\nfrozen 0\n');
    host.tree.set(`${CGROUP}/memory.events`, 'oom 0\noom_kill 0\n');
    const memory = 'oom 1\noom_kill 1\n';
    const empty = 'populated 0\nfrozen 0\n';
    const notices: ObserverNotice[] = [
      { of: 'file', name: 'memory.events', texts: ['oom 0\noom_kill 0\n'], dropped: 0 },
      { of: 'file', name: 'memory.events', texts: [memory], dropped: 0 },
      { of: 'interval', name: '', texts: [], dropped: 0 },
      { of: 'interval', name: '', texts: [], dropped: 0 },
      { of: 'process', name: '', texts: [], dropped: 0 },
    ];
    let wanted: ObserveOptions | undefined;
    let closed = false;
    const observe = (asked: ObserveOptions): HostObserver => {
      wanted = asked;
      return {
        next: async () => {
          const notice = notices.shift();
          if (notice?.of === 'process') host.tree.set(`${CGROUP}/cgroup.events`, empty);
          return notice;
        },
        finish: () => {},
        close: () => (closed = true),
      };
    };
    const processes = { ...host.processes, observe, openPidfd: () => 9 };
    const watched = { ...context, host: { ...host, processes } };
    const seen: RuncEvent[] = [];
    for await (const event of events(watched, 'c1', 2000)) seen.push(event);
    expect(seen.map(({ type }) => type)).toEqual(['oom', 'stats', 'stats']);
    expect(wanted).toMatchObject({ cgroup: CGROUP, interval: 2000, pidfd: 9 });
    expect(closed).toBe(true);
  });
});
