import type {
  ExitStatus,
  HostObserver,
  HostProcess,
  HostProcesses,
  ExecuteOutcome,
  ObserveOptions,
} from './host.ts';
import { HostError } from './host.ts';
import { checked, checkedAsync, rethrow } from './checked.ts';
import type { Core, CoreOutcome } from './core.ts';

/** What is not of the core, and how it is reached. */
export interface ProcessesOptions {
  readonly core: () => Core;
  readonly capture: HostProcesses['capture'];
  /** Closes the pidfd of a process that nobody waits for here. */
  readonly letGo: (pidfd: number) => void;
}

export const coreProcesses = ({ core, capture, letGo }: ProcessesOptions): HostProcesses => ({
  execute: (plan, options) =>
    checked(() => core().execute(plan, options)).then(
      (outcome) => toOutcome(outcome, { core, letGo }),
      rethrow,
    ),
  becomeSubreaper: () => checked(() => core().becomeSubreaper()),
  reapOrphans: () => checked(() => core().reapOrphans()),
  capture,
  sendDescriptor: (path, fd, text) => checked(() => core().sendDescriptor(path, fd, text)),
  openPidfd: (pid) => checked(() => core().openPidfd(pid)),
  closeDescriptor: (fd) => checked(() => core().closeDescriptor(fd)),
  askSystemd: (socketPath, calls, timeoutMs) =>
    checkedAsync(() => core().askSystemd(socketPath, calls, timeoutMs)),
  forwardNotify: (listenPath, notifyPath, pid) =>
    checkedAsync(() => core().forwardNotify(listenPath, notifyPath, pid)),
  observe: (wanted) => checked(() => toObserver(core(), wanted)),
  probe: (wanted) => checkedAsync(() => core().probe(wanted)),
});

function toObserver(core: Core, wanted: ObserveOptions): HostObserver {
  const observer = core.observe(wanted);
  return {
    next: () => core.nextNotice(observer),
    finish: () => core.finishObserver(observer),
    close: () => core.closeObserver(observer),
  };
}

type Ways = Pick<ProcessesOptions, 'core' | 'letGo'>;

function toOutcome(from: CoreOutcome, ways: Ways): ExecuteOutcome {
  const times = from.times === undefined ? {} : { times: from.times };
  if (!from.ok) {
    const { step, errno, call, detail, ofCreate } = from;
    return { ok: false, step, errno, call, detail, ofCreate, ...times };
  }
  const { pid, pidfd, startTime, cgroupInode, console } = from;
  const made =
    pid === undefined || pidfd === undefined
      ? {}
      : { process: toProcess({ pid, pidfd, startTime: startTime ?? 0 }, ways) };
  const cgroup = cgroupInode === undefined ? {} : { cgroupInode: toInteger(cgroupInode) };
  return { ok: true, ...made, ...cgroup, ...(console === undefined ? {} : { console }), ...times };
}

function toInteger(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

interface Child {
  readonly pid: number;
  readonly pidfd: number;
  readonly startTime: number;
}

function toProcess({ pid, pidfd, startTime }: Child, { core, letGo }: Ways): HostProcess {
  let open = true;
  let ending: Promise<ExitStatus> | undefined;
  return {
    pid,
    startTime,
    wait(idle = false) {
      ending ??= checked(() => core().wait(pidfd, idle)).then((status) => status ?? noChild(pid), rethrow);
      return ending;
    },
    kill(signal) {
      if (open) checked(() => core().sendSignal(pidfd, signal));
    },
    release() {
      if (!open) return;
      open = false;
      if (ending === undefined) letGo(pidfd);
      else core().closeDescriptor(pidfd);
    },
  };
}

function noChild(pid: number): never {
  throw new HostError('ECHILD', 'waitid', `process ${String(pid)} is no child of this one`);
}
