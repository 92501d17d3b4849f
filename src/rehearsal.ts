/**
 * A usual command on a machine that is made up. The standalone executable runs it once, while it is built, to learn what of
 * its memory a command writes to (native/quickjs/image.h).
 */
import { main } from './cli/main.ts';
import type { CoreOutcome } from './host/core.ts';
import { HostError } from './host/host.ts';
import { quickjsHost } from './host/quickjs.ts';
import type { Native } from './host/quickjs-native.ts';
import { CAPABILITY_NAMES } from './plan/numbers.ts';
import { defaultSpec } from './spec/default.ts';
import type { Spec } from './spec/types.ts';

/** Runs `run` of a container as engines ask for it; a promise of its exit status. */
export function rehearse(): Promise<number> {
  return main(quickjsHost(machine()));
}

const COMMAND = ['runts', 'run', '--bundle', '/bundle', 'rehearsal'];

/** What is there to read. */
const FILES: ReadonlyMap<string, string> = new Map([
  ['/bundle/config.json', JSON.stringify(config())],
  ['/sys/fs/cgroup/cgroup.controllers', 'cpuset cpu io memory hugetlb pids rdma misc\n'],
  ['/proc/self/cgroup', '0::/\n'],
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

function machine(): Native {
  const made: CoreOutcome = { ok: true, pid: 2, pidfd: 3, startTime: 4, cgroupInode: '5' };
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
    exists: no,
    mayWrite: () => true,
    kind: () => 'directory',
    ownerOf: () => 0,
    realPath: (path) => path,
    fileSystem: (path) => (path === '/sys/fs/cgroup' ? CGROUP2 : undefined),
    capture: () => ({ status: 0, stdout: '', stderr: '' }),
    onSignal: nothing,
    offSignal: nothing,
    arguments: () => COMMAND,
    environment: () => ({}),
    directory: () => '/',
    ids: () => [1, 0, 0, 0, 0],
    capabilities: () => CAPABILITY_NAMES.map((_name, number) => number),
    isInherited: no,
    now: () => 0,
    sleep: () => Promise.resolve(),
    say: (_fd, text) => {
      throw new Error(text);
    },
  };
}

function readText(source: string | number): string {
  const text = FILES.get(String(source));
  if (text === undefined)
    throw new HostError('ENOENT', 'open', `${source}: no such file or directory (open: ENOENT)`);
  return text;
}
