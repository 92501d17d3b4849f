import type { Process, Seccomp, SeccompSyscall } from '../spec/types.ts';
import { onHost, onInit } from './context.ts';
import type { CapabilityName } from './numbers.ts';
import { unsupported } from './refuse.ts';
import type { Step, StepOf } from './steps.ts';

/** errno of SCMP_ACT_ERRNO, and data of SCMP_ACT_TRACE, where the config names none (config-linux.md#seccomp). */
const EPERM = 1;

export interface SeccompSteps {
  readonly prepare: readonly Step[];
  readonly steps: readonly Step[];
  /** Loading a filter takes CAP_SYS_ADMIN where the process may still gain privileges (seccomp(2)). */
  readonly retain: readonly CapabilityName[];
}

export interface SeccompInput {
  readonly seccomp: Seccomp | undefined;
  readonly process: Process;
  readonly cache: string;
  readonly slot: () => number;
}

/** Compiled on the host, loaded by init as its last act but for execve. */
export function seccompSteps({ seccomp, process, cache, slot: next }: SeccompInput): SeccompSteps {
  if (seccomp === undefined) return { prepare: [], steps: [], retain: [] };
  refuseNotify(seccomp);
  const slot = next();
  const compile = onHost('/linux/seccomp', {
    kind: 'seccomp-compile',
    slot,
    cache,
    defaultAction: seccomp.defaultAction,
    defaultErrno: seccomp.defaultErrnoRet ?? EPERM,
    architectures: (seccomp.architectures ?? []).map((name) => name.replace('SCMP_ARCH_', '').toLowerCase()),
    rules: (seccomp.syscalls ?? []).map(ruleOf),
  });
  // without the word of the config: a filter alone should not turn speculative store bypass off (costly)
  const flags = seccomp.flags ?? ['SECCOMP_FILTER_FLAG_SPEC_ALLOW'];
  return {
    prepare: [compile],
    steps: [onInit('/linux/seccomp', { kind: 'seccomp', slot, flags })],
    retain: process.noNewPrivileges === true ? [] : ['CAP_SYS_ADMIN'],
  };
}

function ruleOf({
  names,
  action,
  errnoRet = EPERM,
  args = [],
}: SeccompSyscall): StepOf<'seccomp-compile'>['rules'][number] {
  return {
    names,
    action,
    errno: errnoRet,
    args: args.map(({ valueTwo = 0, ...rest }) => ({ ...rest, valueTwo })),
  };
}

function refuseNotify({ defaultAction, syscalls = [] }: Seccomp): void {
  const why = 'a seccomp agent (SCMP_ACT_NOTIFY) is not supported';
  if (defaultAction === 'SCMP_ACT_NOTIFY') throw unsupported('/linux/seccomp/defaultAction', why);
  const at = syscalls.findIndex(({ action }) => action === 'SCMP_ACT_NOTIFY');
  if (at !== -1) throw unsupported(`/linux/seccomp/syscalls/${at}/action`, why);
}
