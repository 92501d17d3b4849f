import { RuntsError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { checkProcess } from '../spec/check.ts';
import { isFaultless } from '../spec/faultless.ts';
import { formatProblem } from '../spec/problems.ts';
import { readProcess } from '../spec/read.ts';
import type { Capabilities, Process } from '../spec/types.ts';
import { absolutePath, baseName } from './paths.ts';
import { checkGroup, parseUser } from './user.ts';

/** What exec's flags change of the container's own process. */
export interface ProcessFlags {
  readonly args: readonly string[];
  readonly cwd?: string;
  /** `NAME=value`, after those of the container. */
  readonly env: readonly string[];
  readonly tty: boolean;
  /** `UID[:GID]`. */
  readonly user?: string;
  readonly additionalGids: readonly number[];
  readonly processLabel?: string;
  readonly apparmor?: string;
  readonly noNewPrivileges?: boolean;
  /** Names such as CAP_CHOWN. */
  readonly caps: readonly string[];
}

export interface ExecProcess {
  readonly process: Process;
  readonly warnings: readonly string[];
}

/** The process of `exec --process FILE`, which stands alone: no flag changes it. */
export function processFromFile(host: Host, path: string): ExecProcess {
  const text = host.files.readText(path === '-' ? 'fd:0' : absolutePath(host.self.cwd, path));
  const file = baseName(path);
  const { process, warnings } = readProcess(text, file);
  return {
    // what a file leaves open is not to be taken from the container, as no_new_privs would be
    process: { ...process, noNewPrivileges: process.noNewPrivileges ?? false },
    warnings: warnings.map((warning) => `${file}: ${formatProblem(warning)}`),
  };
}

/** The container's process with another program and what the flags say; it has a terminal only if they ask for one. */
export function processFromFlags(own: Process, flags: ProcessFlags): ExecProcess {
  if (flags.args.length === 0) throw new RuntsError('INVALID_ARGUMENT', 'exec args cannot be empty');
  const { cwd, apparmor, processLabel, noNewPrivileges } = flags;
  const merged: Process = {
    ...own,
    args: flags.args,
    terminal: flags.tty,
    env: [...(own.env ?? []), ...flags.env],
    user: userOf(own, flags),
    ...(cwd !== undefined && { cwd }),
    ...(apparmor !== undefined && { apparmorProfile: apparmor }),
    ...(processLabel !== undefined && { selinuxLabel: processLabel }),
    ...(noNewPrivileges !== undefined && { noNewPrivileges }),
    ...(flags.caps.length > 0 && { capabilities: addCapabilities(own.capabilities ?? {}, flags.caps) }),
  };
  return accept(merged);
}

function userOf({ user }: Process, flags: ProcessFlags): Process['user'] {
  const groups = [...(user.additionalGids ?? []), ...flags.additionalGids.map(checkGroup)];
  return {
    ...user,
    ...(flags.user !== undefined && parseUser(flags.user)),
    ...(groups.length > 0 && { additionalGids: groups }),
  };
}

/**
 * Bounding, effective and permitted; never inheritable (CVE-2022-29162), and ambient, which the kernel ties to it, only
 * where the container's process has the capability there already.
 */
function addCapabilities(own: Capabilities, caps: readonly string[]): Capabilities {
  const names = caps.map(capabilityName);
  const inheritable = new Set(own.inheritable ?? []);
  return {
    ...own,
    bounding: union(own.bounding, names),
    effective: union(own.effective, names),
    permitted: union(own.permitted, names),
    ...(own.ambient !== undefined && {
      ambient: union(
        own.ambient,
        names.filter((name) => inheritable.has(name)),
      ),
    }),
  };
}

function capabilityName(text: string): string {
  const upper = text.toUpperCase();
  return upper.startsWith('CAP_') ? upper : `CAP_${upper}`;
}

function union(left: readonly string[] = [], right: readonly string[]): string[] {
  return [...new Set([...left, ...right])];
}

function accept(process: Process): ExecProcess {
  if (isFaultless(process)) return { process, warnings: [] };
  const checked = checkProcess(process);
  const warnings = checked.warnings.map(formatProblem);
  if (checked.ok) return { process: checked.value, warnings };
  const problems = checked.problems.map(formatProblem);
  throw new RuntsError('INVALID_ARGUMENT', `exec: ${problems[0] ?? 'the process is not valid'}`, {
    problems,
  });
}
