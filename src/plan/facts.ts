import type { IdMapping } from '../spec/types.ts';
import type { CapabilityName } from './numbers.ts';

/**
 * What policy must know of the machine and of the command beside the spec. `container/facts.ts` reads it from a Host;
 * `runts plan` and the golden tests use values of their own, so that a plan is a pure function of what is written here.
 */
export interface Facts {
  readonly id: string;
  /** Absolute path of the bundle. */
  readonly bundle: string;
  /** Directory of this container's state, such as /run/runts/ID. */
  readonly stateDirectory: string;
  /** Directory of compiled seccomp programs; empty: no cache. */
  readonly seccompCache: string;
  /** The v2 hierarchy; undefined where there is none. */
  readonly cgroup: CgroupFacts | undefined;
  /** True: the container gets no cgroup of its own (`--cgroup-manager disabled`), though there may be a hierarchy. */
  readonly cgroupDisabled?: boolean;
  /** Capabilities that the runtime can give away; others are left out of the plan and reported as warnings. */
  readonly grantable: readonly CapabilityName[];
  /** True where SELinux is off, so that mounts can have no context. */
  readonly selinuxOff?: boolean;
  /** Effective user id of the runtime. */
  readonly uid: number;
  /** Id mappings of the user namespace that the config joins by path, if it does and they could be read. */
  readonly joinedMappings?: { readonly uid: readonly IdMapping[]; readonly gid: readonly IdMapping[] };
}

export interface CgroupFacts {
  /** Mount point of the v2 hierarchy, such as /sys/fs/cgroup or /sys/fs/cgroup/unified. */
  readonly root: string;
  /** cgroup.controllers of the root. */
  readonly controllers: readonly string[];
  /** True where other controllers are bound to v1 hierarchies, for the error message. */
  readonly hybrid: boolean;
  /** Cgroup of the runtime itself, as in /proc/self/cgroup. */
  readonly own: string;
}

/** False where cgroups are switched off, or where there are none. */
export function getsCgroup(facts: Facts): facts is Facts & { readonly cgroup: CgroupFacts } {
  return facts.cgroup !== undefined && facts.cgroupDisabled !== true;
}

/** Flags of create and run that change the plan. */
export interface CreateOptions {
  /** Unix socket that gets the terminal's master; undefined: the host keeps it (foreground run). */
  readonly consoleSocket?: string;
  readonly noPivot?: boolean;
  readonly noNewKeyring?: boolean;
  /** Descriptors from 3 up for the program: LISTEN_FDS and then --preserve-fds. */
  readonly keepFds?: number;
  /** LISTEN_FDS of the runtime's environment (sd_listen_fds(3)); 0 if none. */
  readonly listenFds?: number;
  /** True: `notify/` of the state directory is bound at /run/notify and NOTIFY_SOCKET set. */
  readonly notify?: boolean;
  /** True where the config's cgroup is that of another container, which has stopped: it is made anew. */
  readonly freshCgroup?: boolean;
  /** True for `run`: no `created` and no `await-start`, execution goes straight on. */
  readonly untilExecuted?: boolean;
}
