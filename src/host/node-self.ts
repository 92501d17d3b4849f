import { readFileSync, readlinkSync } from 'node:fs';
import { CAPABILITY_NAMES } from '../plan/numbers.ts';
import type { CapabilityName } from '../plan/numbers.ts';
import { coreSeccomp } from './core-seccomp.ts';
import type { HostSelf } from './host.ts';
import { addon } from './node-addon.ts';
import { writeAll } from './node-output.ts';

/** As the process is when this is first asked; arguments are those after the script's name. */
export function nodeSelf(): HostSelf {
  let held: CapabilityName[] | undefined;
  return {
    args: process.argv.slice(2),
    // bin/runts cannot give this program the name that it was called by.
    name: process.env['RUNTS_NAME'] || (process.argv[1] ?? 'runts').replace(/^.*\//, ''),
    variable: (name) => process.env[name],
    cwd: process.cwd(),
    uid: process.geteuid?.() ?? 0,
    gid: process.getegid?.() ?? 0,
    isSetId: process.getuid?.() !== process.geteuid?.() || process.getgid?.() !== process.getegid?.(),
    pid: process.pid,
    capabilities: () => (held ??= capabilities()),
    isOpen,
    now: () => (performance.timeOrigin + performance.now()) * 1000,
    sleep: (milliseconds) => new Promise((resolve) => void setTimeout(resolve, milliseconds)),
    out: (text) => writeAll(1, text),
    err: complain,
    seccomp: coreSeccomp(addon),
  };
}

/** Callers with a log may have left no standard error that can be written, as containerd does: nobody is lost there. */
function complain(text: string): void {
  try {
    writeAll(2, text);
  } catch {
    // There is no other place to say so.
  }
}

/**
 * Node's own descriptors are told from inherited ones by what they are: the first free number went to its event loop,
 * so among numbers without a gap from 3 up none is Node's unless one of these is.
 */
const OWN = /^anon_inode:\[(eventpoll|eventfd|io_uring)\]$/;

function isOpen(fd: number): boolean {
  try {
    return !OWN.test(readlinkSync(`/proc/self/fd/${fd}`));
  } catch {
    return false;
  }
}

/** From proc_pid_status(5): what is both permitted and in the bounding set. */
function capabilities(): CapabilityName[] {
  const status = readFileSync('/proc/self/status', 'latin1');
  const set = maskOf(status, 'CapPrm') & maskOf(status, 'CapBnd');
  return CAPABILITY_NAMES.filter((_name, bit) => (set >> BigInt(bit)) & 1n);
}

function maskOf(status: string, field: string): bigint {
  const match = new RegExp(`^${field}:\\s*([0-9a-f]+)$`, 'm').exec(status);
  return BigInt(`0x${match?.[1] ?? '0'}`);
}
