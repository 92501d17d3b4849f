/** `linux.resources` of config.json (config-linux.md#control-groups), also the document of `update --resources`. */
import type { Integer } from './types.ts';
import type { DEVICE_RULE_TYPES } from './words.ts';

export type DeviceRuleType = (typeof DEVICE_RULE_TYPES)[number];

export interface LinuxResources {
  /** Applied in this order. */
  readonly devices?: readonly DeviceCgroup[];
  readonly memory?: MemoryResources;
  readonly cpu?: CpuResources;
  readonly pids?: PidsResources;
  readonly blockIO?: BlockIOResources;
  readonly hugepageLimits?: readonly HugepageLimit[];
  readonly network?: NetworkResources;
  /** By device name. */
  readonly rdma?: Readonly<Record<string, RdmaLimit>>;
  /** By file name in the container's cgroup. */
  readonly unified?: Readonly<Record<string, string>>;
}

export interface DeviceCgroup {
  readonly allow: boolean;
  /** Unset is `a`. */
  readonly type?: DeviceRuleType;
  /** Unset or -1 is every one. */
  readonly major?: number;
  /** Unset or -1 is every one. */
  readonly minor?: number;
  /** Of the letters r, w, m; unset is all three. */
  readonly access?: string;
}

/** Sizes in bytes, -1 for no limit. */
export interface MemoryResources {
  readonly limit?: Integer;
  readonly reservation?: Integer;
  /** Memory and swap together. */
  readonly swap?: Integer;
  readonly kernel?: Integer;
  readonly kernelTCP?: Integer;
  /** 0 to 100. */
  readonly swappiness?: number;
  readonly disableOOMKiller?: boolean;
  readonly useHierarchy?: boolean;
  readonly checkBeforeUpdate?: boolean;
}

export interface CpuResources {
  /** 2 to 262144, 0 for unset. */
  readonly shares?: Integer;
  /** Microseconds a period; 0 for unset, -1 for no limit. */
  readonly quota?: Integer;
  /** Microseconds. */
  readonly burst?: Integer;
  /** Microseconds, 0 for unset. */
  readonly period?: Integer;
  /** Microseconds. */
  readonly realtimeRuntime?: Integer;
  /** Microseconds. */
  readonly realtimePeriod?: Integer;
  /** A list such as `0-3,7`; empty for unset. */
  readonly cpus?: string;
  /** A list such as `0-3,7`; empty for unset. */
  readonly mems?: string;
  /** 1 is SCHED_IDLE. */
  readonly idle?: number;
}

export interface PidsResources {
  /** Tasks; -1 for no limit, and 0 is a limit. */
  readonly limit?: Integer;
}

export interface BlockIOResources {
  /** 10 to 1000, 0 for unset. */
  readonly weight?: number;
  /** 10 to 1000, 0 for unset. */
  readonly leafWeight?: number;
  readonly weightDevice?: readonly WeightDevice[];
  /** Bytes a second. */
  readonly throttleReadBpsDevice?: readonly ThrottleDevice[];
  /** Bytes a second. */
  readonly throttleWriteBpsDevice?: readonly ThrottleDevice[];
  /** Operations a second. */
  readonly throttleReadIOPSDevice?: readonly ThrottleDevice[];
  /** Operations a second. */
  readonly throttleWriteIOPSDevice?: readonly ThrottleDevice[];
}

export interface WeightDevice {
  readonly major: number;
  readonly minor: number;
  readonly weight?: number;
  readonly leafWeight?: number;
}

export interface ThrottleDevice {
  readonly major: number;
  readonly minor: number;
  /** A second, in the unit of the list that the entry stands in; 0 for no limit. */
  readonly rate: Integer;
}

export interface HugepageLimit {
  /** Such as `64KB`, `2MB`, `1GB` (base 1024). */
  readonly pageSize: string;
  /** Bytes. */
  readonly limit: Integer;
}

/** Controllers of cgroup v1 alone. */
export interface NetworkResources {
  readonly classID?: number;
  readonly priorities?: readonly InterfacePriority[];
}

export interface InterfacePriority {
  readonly name: string;
  readonly priority: number;
}

/** At least one of the two is there. */
export interface RdmaLimit {
  readonly hcaHandles?: number;
  readonly hcaObjects?: number;
}
