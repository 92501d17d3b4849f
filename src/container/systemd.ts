import { getManagerProperty } from '../cgroup/systemd/calls.ts';
import { decodeMessage, textAt } from '../cgroup/systemd/dbus-read.ts';
import type { Variant } from '../cgroup/systemd/dbus.ts';
import { RuntsError } from '../errors.ts';
import { HostError } from '../host/host.ts';
import type { Host } from '../host/host.ts';
import type { Rootless, SystemdFacts } from '../plan/facts.ts';

/** There where systemd is the machine's init (sd_booted(3)). */
const BOOTED = '/run/systemd/system';
const SYSTEM_SOCKET = '/run/systemd/private';
const TIMEOUT_MS = 10_000;
/** Of a manager so old that it does not say. */
const UNKNOWN_VERSION = 0;

/**
 * The manager that makes this caller's cgroups: that of the system for root, else the user's own.
 * @throws {RuntsError} UNSUPPORTED where there is none, HOST_FAILED where it does not answer.
 */
export async function readSystemdFacts(host: Host, rootless: Rootless | undefined): Promise<SystemdFacts> {
  if (!host.files.exists(BOOTED)) {
    throw absent(`systemd is not running on this host (there is no ${BOOTED})`);
  }
  const own = rootless === undefined ? undefined : userSocket(host, rootless);
  const socket = own ?? SYSTEM_SOCKET;
  const [version = '', cgroup = ''] = await ask(host, socket, ['Version', 'ControlGroup']);
  return {
    socket,
    user: own !== undefined,
    version: versionNumber(version),
    cgroup: cgroup.replace(/\/+$/, ''),
  };
}

/**
 * Root of a user namespace has, as a rule, the rights of the user who made it and asks that one's manager; or it is in a
 * container that has a systemd of its own.
 */
function userSocket({ self, files }: Host, { kind }: Rootless): string | undefined {
  const runtime = self.variable('XDG_RUNTIME_DIR') ?? '';
  const socket = `${runtime}/systemd/private`;
  if (runtime !== '' && (kind === 'user' || files.exists(socket))) return socket;
  if (kind === 'namespace') return undefined;
  throw absent("the user's manager of systemd cannot be found: XDG_RUNTIME_DIR is not set");
}

function absent(message: string): RuntsError {
  return new RuntsError('UNSUPPORTED', `--systemd-cgroup: ${message}`, {
    hint: 'leave the option out (or use --cgroup-manager cgroupfs): cgroups are then made by writes to cgroup files',
  });
}

async function ask(host: Host, socket: string, properties: readonly string[]): Promise<string[]> {
  const calls = properties.map((name) => getManagerProperty(name).bytes);
  try {
    const answers = await host.processes.askSystemd(socket, calls, TIMEOUT_MS);
    return answers.map((answer) => textOf(answer));
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    throw new RuntsError('HOST_FAILED', `systemd does not answer at ${socket}: ${error.message}`, {
      cause: error,
      errno: error.errno,
      syscall: error.syscall,
      hint: 'is the manager running (systemctl, or systemctl --user, status), and may the caller reach its socket?',
    });
  }
}

/** @throws {RuntsError} HOST_FAILED for an answer that is an error. */
function textOf(answer: Uint8Array): string {
  const message = decodeMessage(answer);
  if (message.type === 'return') return (message.body[0] as Variant).value as string;
  throw new RuntsError('HOST_FAILED', `systemd: ${textAt(message, 0)} (${message.errorName})`);
}

/** `257.9-1`, `v245` */
function versionNumber(text: string): number {
  return Number(/\d+/.exec(text)?.[0] ?? UNKNOWN_VERSION);
}

/** Of an ordinary machine, for a plan that nobody is going to run. */
export const ORDINARY_SYSTEMD: SystemdFacts = {
  socket: SYSTEM_SOCKET,
  user: false,
  version: 257,
  cgroup: '',
};
