/** `linux.seccomp` of config.json (config-linux.md#seccomp) and what a seccomp agent is sent. */
import type { Integer, State } from './types.ts';
import type { SECCOMP_ACTIONS, SECCOMP_ARCHITECTURES, SECCOMP_FLAGS, SECCOMP_OPERATORS } from './words.ts';

export type SeccompAction = (typeof SECCOMP_ACTIONS)[number];
export type SeccompArchitecture = (typeof SECCOMP_ARCHITECTURES)[number];
export type SeccompFlag = (typeof SECCOMP_FLAGS)[number];
export type SeccompOperator = (typeof SECCOMP_OPERATORS)[number];

export interface Seccomp {
  readonly defaultAction: SeccompAction;
  /** An errno for SCMP_ACT_ERRNO, 16 bits of data for SCMP_ACT_TRACE; unset is EPERM. */
  readonly defaultErrnoRet?: number;
  /** Unset is the machine's own. */
  readonly architectures?: readonly SeccompArchitecture[];
  readonly flags?: readonly SeccompFlag[];
  /** Absolute path of the agent's socket; there when an action is SCMP_ACT_NOTIFY. */
  readonly listenerPath?: string;
  readonly listenerMetadata?: string;
  readonly syscalls?: readonly SeccompSyscall[];
}

export interface SeccompSyscall {
  /** At least one. */
  readonly names: readonly string[];
  readonly action: SeccompAction;
  /** As `defaultErrnoRet`. */
  readonly errnoRet?: number;
  readonly args?: readonly SeccompArg[];
}

export interface SeccompArg {
  /** 0 to 5. */
  readonly index: number;
  readonly value: Integer;
  /** The value to compare with for SCMP_CMP_MASKED_EQ, whose `value` is the mask. */
  readonly valueTwo?: Integer;
  readonly op: SeccompOperator;
}

/** config-linux.md#the-container-process-state: one message to the agent, with the named fds. */
export interface ContainerProcessState {
  readonly ociVersion: string;
  readonly fds: readonly string[];
  /** As the runtime sees it. */
  readonly pid: number;
  readonly metadata?: string;
  readonly state: State;
}
