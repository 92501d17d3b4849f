/**
 * The types of config.json and of the state, for Linux, by the runtime specification 1.3.0. They describe a config
 * that has passed `checkSpec`: what the specification requires is there, and what it lets a runtime assume is
 * filled in. Comments give units; the meaning of a property is the specification's.
 */
import type { LinuxResources } from './types-resources.ts';
import type { Seccomp } from './types-seccomp.ts';
import type {
  CAPABILITY_SETS,
  DEVICE_TYPES,
  HOOK_PHASES,
  IO_PRIORITY_CLASSES,
  MEMORY_POLICY_FLAGS,
  MEMORY_POLICY_MODES,
  NAMESPACE_TYPES,
  PERSONALITY_DOMAINS,
  RLIMIT_TYPES,
  ROOTFS_PROPAGATIONS,
  SCHEDULER_FLAGS,
  SCHEDULER_POLICIES,
  STATUSES,
  TIME_CLOCKS,
} from './words.ts';

export type * from './types-resources.ts';
export type * from './types-seccomp.ts';

/** A 64-bit integer: a bigint when it is beyond 2^53 - 1 either way, a number otherwise. */
export type Integer = number | bigint;

export type NamespaceType = (typeof NAMESPACE_TYPES)[number];
export type DeviceType = (typeof DEVICE_TYPES)[number];
export type RlimitType = (typeof RLIMIT_TYPES)[number];
export type CapabilitySet = (typeof CAPABILITY_SETS)[number];
export type SchedulerPolicy = (typeof SCHEDULER_POLICIES)[number];
export type SchedulerFlag = (typeof SCHEDULER_FLAGS)[number];
export type IOPriorityClass = (typeof IO_PRIORITY_CLASSES)[number];
export type MemoryPolicyMode = (typeof MEMORY_POLICY_MODES)[number];
export type MemoryPolicyFlag = (typeof MEMORY_POLICY_FLAGS)[number];
export type PersonalityDomain = (typeof PERSONALITY_DOMAINS)[number];
export type RootfsPropagation = (typeof ROOTFS_PROPAGATIONS)[number];
export type HookPhase = (typeof HOOK_PHASES)[number];
export type TimeClock = (typeof TIME_CLOCKS)[number];
export type Status = (typeof STATUSES)[number];

/** The whole of config.json (config.md). */
export interface Spec {
  /** SemVer 2.0.0 version of the specification that the bundle follows: 1.x. */
  readonly ociVersion: string;
  readonly root: Root;
  /** Without arguments where the config has none: such a container can be created, not started. */
  readonly process: Process;
  /** Host name of the container's UTS namespace, 64 bytes at most. */
  readonly hostname?: string;
  /** NIS domain name of the container's UTS namespace, 64 bytes at most. */
  readonly domainname?: string;
  /** Mounted in this order. */
  readonly mounts?: readonly Mount[];
  readonly hooks?: Hooks;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly linux?: Linux;
}

/** config.md#root */
export interface Root {
  /** Absolute, or relative to the bundle. */
  readonly path: string;
  /** Default false. */
  readonly readonly?: boolean;
}

/** config.md#mounts */
export interface Mount {
  /** Path in the container; a relative one counts from `/` (deprecated). */
  readonly destination: string;
  /** File system type; meaningless for a bind mount. */
  readonly type?: string;
  /** Device, word, or for a bind mount a path: absolute, or relative to the bundle. */
  readonly source?: string;
  /** A mount is a bind mount when `bind` or `rbind` is here. */
  readonly options?: readonly string[];
  /** Identity mapping of this mount alone; together with `gidMappings` or not at all. */
  readonly uidMappings?: readonly IdMapping[];
  readonly gidMappings?: readonly IdMapping[];
}

/** `size` ids from `containerID` in the container are the ids from `hostID` outside (user_namespaces(7)). */
export interface IdMapping {
  readonly containerID: number;
  readonly hostID: number;
  /** At least 1. */
  readonly size: number;
}

/** config.md#process */
export interface Process {
  /** Default false. */
  readonly terminal?: boolean;
  /** Ignored without `terminal`. */
  readonly consoleSize?: ConsoleSize;
  /** uid 0 and gid 0 when the config leaves it out. */
  readonly user: User;
  /** The program and its arguments: one entry at least, but for a config without process. */
  readonly args: readonly string[];
  /** `NAME=value` each. */
  readonly env?: readonly string[];
  /** Absolute path in the container. */
  readonly cwd: string;
  readonly capabilities?: Capabilities;
  /** One entry a type at most. */
  readonly rlimits?: readonly Rlimit[];
  /** Default false. */
  readonly noNewPrivileges?: boolean;
  readonly apparmorProfile?: string;
  /** -1000 to 1000; unset leaves the value that is inherited. */
  readonly oomScoreAdj?: number;
  readonly scheduler?: Scheduler;
  readonly selinuxLabel?: string;
  readonly ioPriority?: IOPriority;
  /** For exec only, never for the container's init. */
  readonly execCPUAffinity?: ExecCPUAffinity;
}

/** Both in characters. */
export interface ConsoleSize {
  readonly height: number;
  readonly width: number;
}

/** Ids in the container: 0 to 2^32 - 2. */
export interface User {
  readonly uid: number;
  readonly gid: number;
  /** 0 to 0o777. */
  readonly umask?: number;
  readonly additionalGids?: readonly number[];
}

/** Names such as `CAP_CHOWN`; what the kernel does not know is warned of and left out. */
export type Capabilities = { readonly [set in CapabilitySet]?: readonly string[] };

/** Values in the unit of getrlimit(2); 2^64 - 1 is infinity. */
export interface Rlimit {
  readonly type: RlimitType;
  readonly soft: Integer;
  readonly hard: Integer;
}

/** sched_setattr(2) */
export interface Scheduler {
  readonly policy: SchedulerPolicy;
  /** -20 to 19. */
  readonly nice?: number;
  /** 1 to 99 for SCHED_FIFO and SCHED_RR, else 0. */
  readonly priority?: number;
  readonly flags?: readonly SchedulerFlag[];
  /** Nanoseconds; SCHED_DEADLINE only. */
  readonly runtime?: Integer;
  /** Nanoseconds; SCHED_DEADLINE only. */
  readonly deadline?: Integer;
  /** Nanoseconds; SCHED_DEADLINE only. */
  readonly period?: Integer;
}

/** ioprio_set(2) */
export interface IOPriority {
  readonly class: IOPriorityClass;
  /** 0 (highest) to 7; 0 when the config leaves it out. */
  readonly priority: number;
}

/** Lists such as `0-3,7`. */
export interface ExecCPUAffinity {
  /** Before the process enters the container's cgroup. */
  readonly initial?: string;
  /** After it. */
  readonly final?: string;
}

/** config.md#posix-platform-hooks */
export type Hooks = { readonly [phase in HookPhase]?: readonly Hook[] };

export interface Hook {
  /** Absolute. */
  readonly path: string;
  /** With argv[0]; unset is the path alone. */
  readonly args?: readonly string[];
  /** `NAME=value` each; the whole environment of the hook. */
  readonly env?: readonly string[];
  /** Seconds, at least 1. */
  readonly timeout?: number;
}

/** config-linux.md */
export interface Linux {
  /** One entry a type at most. */
  readonly namespaces?: readonly Namespace[];
  readonly uidMappings?: readonly IdMapping[];
  readonly gidMappings?: readonly IdMapping[];
  readonly timeOffsets?: TimeOffsets;
  readonly devices?: readonly Device[];
  /** By name on the host. */
  readonly netDevices?: Readonly<Record<string, NetDevice>>;
  /** A path, or `slice:prefix:name` for systemd. */
  readonly cgroupsPath?: string;
  readonly resources?: LinuxResources;
  readonly rootfsPropagation?: RootfsPropagation;
  readonly seccomp?: Seccomp;
  /** Keys with `.` or `/` as separators. */
  readonly sysctl?: Readonly<Record<string, string>>;
  /** Absolute paths in the container. */
  readonly maskedPaths?: readonly string[];
  /** Absolute paths in the container. */
  readonly readonlyPaths?: readonly string[];
  /** SELinux context of the mounts. */
  readonly mountLabel?: string;
  readonly intelRdt?: IntelRdt;
  readonly memoryPolicy?: MemoryPolicy;
  readonly personality?: Personality;
}

export interface Namespace {
  readonly type: NamespaceType;
  /** Absolute path of a namespace to join; unset makes a new one. */
  readonly path?: string;
}

/** time_namespaces(7) */
export type TimeOffsets = { readonly [clock in TimeClock]?: TimeOffset };

export interface TimeOffset {
  /** Seconds. */
  readonly secs?: Integer;
  /** Nanoseconds, below 10^9. */
  readonly nanosecs?: number;
}

/** mknod(1) */
export interface Device {
  readonly type: DeviceType;
  /** Absolute path in the container. */
  readonly path: string;
  /** 0 to 4095; there unless `type` is `p`. */
  readonly major?: number;
  /** 0 to 1048575; there unless `type` is `p`. */
  readonly minor?: number;
  /** Permission bits; file type bits, which some callers add, mean nothing here. */
  readonly fileMode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

export interface NetDevice {
  /** New name, which may hold one `%d` for the kernel to number; unset keeps the host's name. */
  readonly name?: string;
}

/** config-linux.md#intelrdt */
export interface IntelRdt {
  /** A name of a directory in resctrl, or `/`; unset is the container's id. */
  readonly closID?: string;
  /** Lines for the file `schemata`, written after the next two. */
  readonly schemata?: readonly string[];
  readonly l3CacheSchema?: string;
  /** Begins with `MB:`. */
  readonly memBwSchema?: string;
  readonly enableMonitoring?: boolean;
}

/** set_mempolicy(2) */
export interface MemoryPolicy {
  readonly mode: MemoryPolicyMode;
  /** A list such as `0-3,7`. */
  readonly nodes?: string;
  readonly flags?: readonly MemoryPolicyFlag[];
}

/** personality(2) */
export interface Personality {
  readonly domain: PersonalityDomain;
  /** No flag is defined; any is warned of and ignored. */
  readonly flags?: readonly string[];
}

/** runtime.md#state */
export interface State {
  readonly ociVersion: string;
  readonly id: string;
  readonly status: Status;
  /** Unset or 0 when there is no process. */
  readonly pid?: number;
  /** Absolute. */
  readonly bundle: string;
  readonly annotations?: Readonly<Record<string, string>>;
}
