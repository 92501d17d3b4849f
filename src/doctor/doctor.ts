import type { Host } from '../host/host.ts';
import { VERSION } from '../version.ts';
import { cgroupFindings } from './cgroups.ts';
import type { Finding } from './finding.ts';
import { hardwareFindings } from './hardware.ts';
import { kernelFindings } from './kernel.ts';
import { limitFindings } from './limits.ts';
import { readMachine } from './machine.ts';
import { mountFindings } from './mounts.ts';
import { overlayFindings } from './overlay.ts';
import { securityFindings } from './security.ts';
import { userFindings } from './users.ts';

/** What a machine can do for containers of this caller. */
export interface Diagnosis {
  /** Of this form; a change that takes something away raises it. */
  readonly version: 1;
  readonly runts: string;
  /** Release of the kernel, uname(2). */
  readonly kernel: string;
  readonly uid: number;
  /** root of the machine, root of a user namespace, or an ordinary user, whose containers need a user namespace. */
  readonly caller: 'root' | 'namespace' | 'user';
  /** Whether containers can run. */
  readonly canRun: boolean;
  readonly findings: readonly Finding[];
}

/** Tries what the machine can do; nothing is changed and nothing is left behind. Throws HostError where it cannot try. */
export async function doctor(host: Host): Promise<Diagnosis> {
  const machine = await readMachine(host);
  const findings = [
    kernelFindings,
    cgroupFindings,
    mountFindings,
    overlayFindings,
    userFindings,
    securityFindings,
    limitFindings,
    hardwareFindings,
  ].flatMap((find) => find(machine));
  return {
    version: 1,
    runts: VERSION,
    kernel: machine.text('/proc/sys/kernel/osrelease')?.trim() ?? 'unknown',
    uid: host.self.uid,
    caller: machine.rootless?.kind ?? 'root',
    canRun: findings.every(({ required, status }) => !required || status !== 'missing'),
    findings,
  };
}
