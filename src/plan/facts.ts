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
  /** Given: systemd makes the container's cgroup. */
  readonly systemd?: SystemdFacts;
  /** Capabilities that the runtime can give away; others are left out of the plan and reported as warnings. */
  readonly grantable: readonly CapabilityName[];
  /** True where SELinux is off, so that mounts can have no context. */
  readonly selinuxOff?: boolean;
  /** The resctrl file system, where the config asks for it and one is mounted. */
  readonly resctrl?: ResctrlFacts;
  /** Effective user id of the runtime. */
  readonly uid: number;
  /** How far the runtime's rights go; absent where they are those of the machine's root. */
  readonly rootless?: Rootless;
  /** Id mappings of the user namespace that the config joins by path, if it does and they could be read. */
  readonly joinedMappings?: Mappings;
  /** True where setgroups(2) is denied in that one. */
  readonly joinedDeniesGroups?: boolean;
}

/** A runtime without the rights of the machine's root. */
export interface Rootless {
  /**
   * `namespace`: root of a user namespace that is not the machine's first (podman unshare, rootlesskit, a nested
   * container); `user`: without CAP_SYS_ADMIN, an ordinary user as a rule.
   */
  readonly kind: 'namespace' | 'user';
  /** Effective group id. */
  readonly gid: number;
  /** Of the runtime's own user namespace: the ids that it can name. */
  readonly mappings: Mappings;
  /** True where setgroups(2) is denied in that one, and so in all below it (user_namespaces(7)). */
  readonly deniesGroups: boolean;
  /** What maps the ids that the runtime may not map itself. */
  readonly tools: { readonly uid: IdTool; readonly gid: IdTool };
  /** Kernel parameter that forbids new user namespaces, as `name = value`. */
  readonly forbiddenBy?: string;
}

export interface Mappings {
  readonly uid: readonly IdMapping[];
  readonly gid: readonly IdMapping[];
}

/** newuidmap(1) or newgidmap(1). */
export interface IdTool {
  /** Absolute; undefined where it is not installed. */
  readonly path?: string;
  /** The runtime's user by name, as far as /etc/passwd knows it. */
  readonly userName?: string;
  /** Subordinate ids of the runtime's user (subuid(5)); undefined where they are not in the file alone. */
  readonly ranges?: readonly IdRange[];
}

export interface IdRange {
  readonly start: number;
  readonly count: number;
}

export interface ResctrlFacts {
  /** Mount point, such as /sys/fs/resctrl. */
  readonly root: string;
  /** The file `schemata` of the container's class of service; undefined where that is not there. */
  readonly schemata?: string;
}

export interface CgroupFacts {
  /** Mount point of the v2 hierarchy, such as /sys/fs/cgroup or /sys/fs/cgroup/unified. */
  readonly root: string;
  /** cgroup.controllers of the root. */
  readonly controllers: readonly string[];
  /** True where other controllers are bound to v1 hierarchies, for the error message. */
  readonly hybrid: boolean;
  /** What a runtime may do here that is not the machine's root; absent for that one. */
  readonly delegation?: Delegation;
}

/** Which part of the hierarchy was given to the runtime (cgroup-v2.rst, "Delegation"). */
export interface Delegation {
  /** Where containers go that name no place, and what relative paths count from. */
  readonly parent: string;
  /** Cgroup of the runtime itself, as in /proc/self/cgroup; unset where systemd makes the container's. */
  readonly own?: string;
  /** The topmost cgroup that the runtime may change on the way to the container's; `controllers` are those of it. */
  readonly from: string;
  /** A cgroup that it would have to be able to change and may not: then it can make none here. */
  readonly missing?: string;
  /** True where a missing right is an error, whatever the config asks for (`--rootless false`). */
  readonly required?: boolean;
}

/** The manager that is asked for units: that of the system, or of a user. */
export interface SystemdFacts {
  /** Path of its private socket. */
  readonly socket: string;
  /** True for the manager of an unprivileged user. */
  readonly user: boolean;
  /** Number of its version, such as 257. */
  readonly version: number;
  /** Its own cgroup from the root of the v2 hierarchy, below which the slices are; empty for the root. */
  readonly cgroup: string;
}

/** False where cgroups are switched off, where there are none, and where the runtime has no right to make one. */
export function getsCgroup(facts: Facts): facts is Facts & { readonly cgroup: CgroupFacts } {
  return (
    facts.cgroup !== undefined &&
    facts.cgroupDisabled !== true &&
    facts.cgroup.delegation?.missing === undefined
  );
}

/** Flags of create and run that change the plan. */
export interface CreateOptions {
  /** Unix socket that gets the terminal's master; undefined: the host keeps it (foreground run). */
  readonly consoleSocket?: string;
  readonly noPivot?: boolean;
  /** True where init is in the container's mount namespace already: sources of bind mounts are the host's to open. */
  readonly entered?: boolean;
  readonly noNewKeyring?: boolean;
  /** Descriptors from 3 up for the program: LISTEN_FDS and then --preserve-fds. */
  readonly keepFds?: number;
  /** LISTEN_FDS of the runtime's environment (sd_listen_fds(3)); 0 if none. */
  readonly listenFds?: number;
  /** Directory at which `notify/` of the state directory is bound, for NOTIFY_SOCKET; undefined: nowhere. */
  readonly notify?: string;
  /** True where the config's cgroup is that of another container, which has stopped: it is made anew. */
  readonly freshCgroup?: boolean;
  /** True for `run`: no `created` and no `await-start`, execution goes straight on. */
  readonly untilExecuted?: boolean;
}
