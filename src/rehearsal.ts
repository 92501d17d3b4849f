/**
 * Usual commands on a machine that is made up. The standalone executable runs each once, while it is built, to learn what of
 * its memory such a command writes to (native/quickjs/image.h).
 */
import { main } from './cli/main.ts';
import { formatSaved, outlineOf, VERSION } from './container/saved.ts';
import type { Creation } from './container/saved.ts';
import type { CoreOutcome } from './host/core.ts';
import { HostError } from './host/host.ts';
import { quickjsHost } from './host/quickjs.ts';
import type { Native } from './host/quickjs-native.ts';
import { CAPABILITY_NAMES } from './plan/numbers.ts';
import { defaultSpec, SPEC_VERSION } from './spec/default.ts';
import { keysAtMost } from './spec/json-keys.ts';
import type { Spec } from './spec/types.ts';

/** Prepares one of the commands as engines ask for it. What it gives runs that: a promise of its exit status, 0. */
export function rehearse(verb: keyof typeof COMMANDS): () => Promise<number> {
  const complaints: string[] = [];
  const host = quickjsHost(machine(COMMANDS[verb], complaints));
  return async () => {
    const status = await main(host);
    if (status !== 0 || complaints.length > 0) throw new Error(`${verb}: ${complaints.join('')}`);
    return status;
  };
}

const COMMANDS = {
  run: ['runts', 'run', '--bundle', '/bundle', 'new'],
  create: ['runts', 'create', '--bundle', '/bundle', 'new'],
  start: ['runts', 'start', 'rehearsal'],
  exec: ['runts', 'exec', 'rehearsal', 'true'],
  state: ['runts', 'state', 'rehearsal'],
  kill: ['runts', 'kill', 'rehearsal', 'KILL'],
  delete: ['runts', 'delete', 'ended'],
};

/** The verbs. */
export const rehearsed = Object.keys(COMMANDS);

/** What is there to read. */
const FILES: ReadonlyMap<string, string> = new Map([
  ['/bundle/config.json', JSON.stringify(config())],
  ['/sys/fs/cgroup/cgroup.controllers', 'cpuset cpu io memory hugetlb pids rdma misc\n'],
  ['/proc/self/cgroup', '0::/\n'],
  ['/run/runts/rehearsal/state.json', formatSaved(outlineOf(creation()))],
  ['/run/runts/rehearsal/container.json', formatSaved(creation())],
  ['/run/runts/rehearsal/start.sock', ''],
  ['/run/runts/ended/state.json', formatSaved(outlineOf({ ...creation(), id: 'ended', pid: 3 }))],
  ['/proc/2/stat', `2 (sh) S ${'0 '.repeat(18)}4 0`],
]);

const CGROUP2 = 0x63677270;

function config(): Spec {
  const spec = defaultSpec();
  return {
    ...spec,
    process: { ...spec.process, terminal: false },
    linux: {
      ...spec.linux,
      resources: { memory: { limit: 67_108_864 }, cpu: { shares: 512 }, pids: { limit: 50 } },
      seccomp: {
        defaultAction: 'SCMP_ACT_ERRNO',
        architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86'],
        syscalls: [
          { names: ['read', 'write', 'exit_group'], action: 'SCMP_ACT_ALLOW' },
          {
            names: ['personality'],
            action: 'SCMP_ACT_ALLOW',
            args: [{ index: 0, value: 0, op: 'SCMP_CMP_EQ' }],
          },
        ],
      },
    },
  };
}

const nothing = (): void => {};
const no = (): boolean => false;

function creation(): Creation {
  return {
    version: VERSION,
    ociVersion: SPEC_VERSION,
    id: 'rehearsal',
    bundle: '/bundle',
    rootfs: '/bundle/rootfs',
    created: '2000-01-01T00:00:00.000000Z',
    owner: 0,
    phase: 'created',
    pid: 2,
    startTime: 4,
    cgroup: { root: '/sys/fs/cgroup', path: '/runts/rehearsal', inode: 5 },
    startSocket: 'start.sock',
    spec: config(),
    facts: {
      id: 'rehearsal',
      bundle: '/bundle',
      stateDirectory: '/run/runts/rehearsal',
      seccompCache: '/run/runts/~seccomp',
      cgroup: undefined,
      grantable: CAPABILITY_NAMES,
      uid: 0,
    },
    noNewKeyring: false,
    startSteps: [],
    stepsBefore: 0,
  };
}

function machine(words: string[], complaints: string[]): Native {
  const made: CoreOutcome = { ok: true, pid: 3, pidfd: 3, startTime: 4, cgroupInode: '5' };
  return {
    execute: () => Promise.resolve(made),
    wait: () => Promise.resolve({ code: 0 }),
    sendSignal: nothing,
    openPidfd: () => 3,
    closeDescriptor: nothing,
    becomeSubreaper: nothing,
    reapOrphans: nothing,
    sendDescriptor: nothing,
    forwardNotify: () => Promise.resolve(),
    tryLock: () => 4,
    lock: () => Promise.resolve(4),
    seccompVersion: () => '2.5.4',
    seccompApi: () => 6,
    seccompKnowsArchitecture: () => true,
    seccompTakesFlags: () => true,
    probe: () => Promise.resolve(''),
    askSystemd: () => Promise.resolve([]),
    isTerminal: no,
    terminalSize: () => undefined,
    relay: () => Promise.resolve(),
    copyTerminalSize: nothing,
    readText,
    replace: nothing,
    write: nothing,
    append: nothing,
    makeDirectory: nothing,
    removeTree: nothing,
    removeFile: nothing,
    list: () => [],
    exists: (path) => FILES.has(path),
    mayWrite: () => true,
    kind: () => 'directory',
    ownerOf: () => 0,
    realPath: (path) => path,
    fileSystem: (path) => (path === '/sys/fs/cgroup' ? CGROUP2 : undefined),
    capture: () => ({ status: 0, stdout: '', stderr: '' }),
    onSignal: nothing,
    offSignal: nothing,
    arguments: () => words,
    environment: () => ({}),
    directory: () => '/',
    ids: () => [1, 0, 0, 0, 0],
    capabilities: () => CAPABILITY_NAMES.map((_name, number) => number),
    isInherited: no,
    now: () => 0,
    sleep: () => Promise.resolve(),
    say: (fd, text) => {
      if (fd === 2) complaints.push(text);
    },
    keysAtMost,
    prepare: no,
  };
}

function readText(source: string | number): string {
  const text = FILES.get(String(source));
  if (text === undefined)
    throw new HostError('ENOENT', 'open', `${source}: no such file or directory (open: ENOENT)`);
  return text;
}
