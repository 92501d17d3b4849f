import type { ExitStatus, HostProcess, HostProcesses, Outcome } from './host.ts';
import { HostError } from './host.ts';
import { addon, checked, checkedAsync } from './node-addon.ts';
import type { AddonOutcome } from './node-addon.ts';

/** A `ps` with this much output has gone wrong. */
const CAPTURE_LIMIT = 64 * 1024 * 1024;

/** `reaps`: whether this process reaps the containers that it let go of, or leaves them to who adopts them. */
export const nodeProcesses = (reaps: boolean): HostProcesses => ({
  execute: (plan, options) =>
    checkedAsync(async () => toOutcome(await addon().execute(plan, options), reaps)),
  becomeSubreaper: () => checked(() => addon().becomeSubreaper()),
  reapOrphans: () => checked(() => addon().reapOrphans()),
  capture,
  sendDescriptor: (path, fd, text) => checked(() => addon().sendDescriptor(path, fd, text)),
  openPidfd: (pid) => checked(() => addon().openPidfd(pid)),
  closeDescriptor: (fd) => checked(() => addon().closeDescriptor(fd)),
  askSystemd: (socketPath, calls, timeoutMs) =>
    checkedAsync(() => addon().askSystemd(socketPath, calls, timeoutMs)),
  forwardNotify: (listenPath, notifyPath, pid) =>
    checkedAsync(() => addon().forwardNotify(listenPath, notifyPath, pid)),
  probe: (wanted) => checkedAsync(() => addon().probe(wanted)),
});

function toOutcome(from: AddonOutcome, reaps: boolean): Outcome {
  const times = from.times === undefined ? {} : { times: from.times };
  if (!from.ok) {
    const { step, errno, call, detail, ofCreate } = from;
    return { ok: false, step, errno, call, detail, ofCreate, ...times };
  }
  const { pid, pidfd, startTime, cgroupInode, console } = from;
  const made =
    pid === undefined || pidfd === undefined
      ? {}
      : { process: toProcess({ pid, pidfd, startTime: startTime ?? 0 }, reaps) };
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

function toProcess({ pid, pidfd, startTime }: Child, reaps: boolean): HostProcess {
  let open = true;
  let ending: Promise<ExitStatus> | undefined;
  return {
    pid,
    startTime,
    wait() {
      ending ??= checkedAsync(() => waitFor(pid, pidfd));
      return ending;
    },
    kill(signal) {
      if (open) checked(() => addon().sendSignal(pidfd, signal));
    },
    release() {
      if (!open) return;
      open = false;
      if (reaps && ending === undefined) addon().abandon(pidfd);
      else addon().closeDescriptor(pidfd);
    },
  };
}

async function waitFor(pid: number, pidfd: number): Promise<ExitStatus> {
  const status = await addon().wait(pidfd);
  if (status === undefined)
    throw new HostError('ECHILD', 'waitid', `process ${String(pid)} is no child of this one`);
  return status;
}

async function capture(program: string, args: readonly string[]): Promise<string> {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve, reject) => {
    execFile(program, [...args], { maxBuffer: CAPTURE_LIMIT }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const code = typeof error.code === 'string' ? error.code : '';
      reject(new HostError(code, 'execve', stderr.trim() || error.message));
    });
  });
}
