import type { ExecRequest } from '../container/exec.ts';
import type { Process } from '../spec/types.ts';
import type { StdioOptions } from './stdio.ts';

/** What a further process of a container has of its own; the rest is as of the container's program. */
export interface ExecOptions<Options extends StdioOptions = StdioOptions> {
  /** Directory in the container. */
  readonly cwd?: string;
  /** Added to the container's, or in place of those of the same name. */
  readonly env?: Readonly<Record<string, string>>;
  /** A uid, or `uid:gid`; numbers of the container. */
  readonly user?: number | string;
  readonly additionalGids?: readonly number[];
  /** Added to the container's, such as `CAP_NET_RAW`. */
  readonly capabilities?: readonly string[];
  readonly noNewPrivileges?: boolean;
  readonly apparmorProfile?: string;
  readonly selinuxLabel?: string;
  /** Path below the container's cgroup that the process goes to. */
  readonly cgroup?: string;
  /** Also in a paused container, where it goes on once that is resumed. */
  readonly ignorePaused?: boolean;
  /** Any property of `process` in config.json, such as `rlimits`, in place of the container's; the options above come on top. */
  readonly process?: Partial<Omit<Process, 'args' | 'terminal' | 'consoleSize'>>;
  readonly stdio?: Options;
  /** Descriptors of this process that the program gets as 3, 4, ... */
  readonly fds?: readonly number[];
  /** Aborted, it kills the process; the execution rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** File that gets the process's number. */
  readonly pidFile?: string;
}

/** As the functions of src/container take it, but for the descriptors. */
export function execRequest(id: string, args: readonly string[], options: ExecOptions): ExecRequest {
  const { pidFile, cgroup, ignorePaused = false, process } = options;
  return {
    id,
    flags: flagsOf(args, options),
    pidFile,
    ignorePaused,
    ...(cgroup !== undefined && { cgroups: [cgroup] }),
    ...(process !== undefined && { properties: structuredClone(process) }),
  };
}

function flagsOf(args: readonly string[], options: ExecOptions): ExecRequest['flags'] {
  const { cwd, env = {}, user, additionalGids = [], capabilities = [], noNewPrivileges } = options;
  const { stdio, apparmorProfile, selinuxLabel } = options;
  return {
    args,
    env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    tty: typeof stdio === 'object' && 'terminal' in stdio,
    additionalGids,
    caps: capabilities,
    ...(cwd !== undefined && { cwd }),
    ...(user !== undefined && { user: String(user) }),
    ...(noNewPrivileges !== undefined && { noNewPrivileges }),
    ...(apparmorProfile !== undefined && { apparmor: apparmorProfile }),
    ...(selinuxLabel !== undefined && { processLabel: selinuxLabel }),
  };
}
