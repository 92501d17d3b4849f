import { SPEC_VERSION } from '../spec/default.ts';
import { profileText } from '../spec/profile.ts';
import type { Linux, Process, Seccomp, SeccompArg, SeccompSyscall, Spec, Status } from '../spec/types.ts';
import { CRUN, isAnnotated } from './annotations.ts';
import { onHost, onInit } from './context.ts';
import type { Facts } from './facts.ts';
import { stateParts } from './hooks.ts';
import type { CapabilityName } from './numbers.ts';
import type { Step, StepOf } from './steps.ts';

type Flags = StepOf<'seccomp'>['flags'];

const USUAL_FLAGS: Flags = ['SECCOMP_FILTER_FLAG_SPEC_ALLOW'];

/** errno of SCMP_ACT_ERRNO, and data of SCMP_ACT_TRACE, where the config names none (config-linux.md#seccomp). */
const EPERM = 1;

/** The connection to the agent that `start` brings to an init made by `create`: the last slot, which nobody counts up to. */
export const AGENT_SLOT = 511;

export interface SeccompSteps {
  readonly prepare: readonly Step[];
  readonly steps: readonly Step[];
  /** Loading a filter takes CAP_SYS_ADMIN where the process may still gain privileges (seccomp(2)). */
  readonly retain: readonly CapabilityName[];
}

export interface SeccompInput {
  readonly spec: Spec;
  readonly process: Process;
  readonly facts: Pick<Facts, 'id' | 'bundle' | 'seccompCache'>;
  readonly slot: () => number;
  readonly agent: AgentInput;
}

/** What a seccomp agent is told beside the config, and how it is reached. */
export interface AgentInput {
  readonly status: Status;
  /** The container's process; undefined where it is the one that the plan makes. */
  readonly pid: number | undefined;
  /** The slot in which another plan brings the connection; undefined: this one makes it. */
  readonly slot: number | undefined;
}

/** Compiled on the host, loaded by init as its last act but for execve. */
export function seccompSteps(input: SeccompInput): SeccompSteps {
  const program = keptProgram(input.spec);
  if (program !== undefined) return keptSteps(program, input);
  const seccomp = input.spec.linux?.seccomp;
  return seccomp === undefined ? { prepare: [], steps: [], retain: [] } : compiledSteps(seccomp, input);
}

/** Of a profile that says nothing beside its program: see {@link isPlain}. */
function keptSteps(descriptor: number, { process, slot: next }: SeccompInput): SeccompSteps {
  const slot = next();
  return {
    prepare: [onHost('/linux/seccomp', { kind: 'seccomp-kept', slot, descriptor })],
    steps: [loadStep(slot, USUAL_FLAGS)],
    retain: retained(process),
  };
}

function keptProgram(spec: Spec): number | undefined {
  const program = profileText(spec.linux)?.program;
  return program === undefined || failsUnknown(spec) ? undefined : program;
}

const failsUnknown = (spec: Spec): boolean => isAnnotated(spec, CRUN.failUnknownCall);

/** True where nothing but the program depends on what the profile says, so that its text can stand for it. */
function isPlain(seccomp: Seccomp, spec: Spec): boolean {
  return seccomp.flags === undefined && !hasAgent(seccomp) && !failsUnknown(spec);
}

function compiledSteps(
  seccomp: Seccomp,
  { spec, process, facts, slot: next, agent }: SeccompInput,
): SeccompSteps {
  const slot = next();
  const compile = onHost('/linux/seccomp', {
    kind: 'seccomp-compile',
    slot,
    cache: facts.seccompCache,
    section: isPlain(seccomp, spec) ? (profileText(spec.linux)?.text ?? '') : '',
    defaultAction: seccomp.defaultAction,
    defaultErrno: seccomp.defaultErrnoRet ?? EPERM,
    architectures: (seccomp.architectures ?? []).map(architectureName),
    failUnknown: failsUnknown(spec),
    rules: (seccomp.syscalls ?? []).map(ruleOf),
  });
  const retain = retained(process);
  const flags = flagsOf(seccomp);
  if (!hasAgent(seccomp)) return { prepare: [compile], steps: [loadStep(slot, flags)], retain };
  const listener = agent.slot ?? next();
  const connect = agent.slot === undefined ? agentSteps(spec, listener) : [];
  const state = processState(spec, facts, agent);
  const load = onInit('/linux/seccomp', { kind: 'seccomp', slot, flags, listener, state });
  return { prepare: [compile, ...connect], steps: [load], retain };
}

function retained({ noNewPrivileges }: Process): SeccompSteps['retain'] {
  return noNewPrivileges === true ? [] : ['CAP_SYS_ADMIN'];
}

function loadStep(slot: number, flags: Flags): Step {
  return onInit('/linux/seccomp', { kind: 'seccomp', slot, flags, listener: 0, state: [] });
}

/** SCMP_ARCH_X86_64 as seccomp_arch_resolve_name(3) knows it: `x86_64`. */
export function architectureName(name: string): string {
  return name.replace('SCMP_ARCH_', '').toLowerCase();
}

/** The connection to the agent of a profile that has one: one for each process (config-linux.md#seccomp). */
export function agentSteps({ linux }: { readonly linux?: Pick<Linux, 'seccomp'> }, slot: number): Step[] {
  const seccomp = agentProfile(linux);
  if (seccomp === undefined) return [];
  return [onHost('/linux/seccomp/listenerPath', { kind: 'connect', path: seccomp.listenerPath ?? '', slot })];
}

/** The profile, if it leaves system calls to an agent; one of which a program is kept does not. */
export function agentProfile(linux: Pick<Linux, 'seccomp'> | undefined): Seccomp | undefined {
  if (profileText(linux)?.program !== undefined) return undefined;
  const { seccomp } = linux ?? {};
  return seccomp !== undefined && hasAgent(seccomp) ? seccomp : undefined;
}

/** True for a profile that leaves system calls to an agent. */
function hasAgent({ syscalls = [] }: Seccomp): boolean {
  return syscalls.some(({ action }) => action === 'SCMP_ACT_NOTIFY');
}

/**
 * Without the word of the config a filter alone should not turn speculative store bypass off (costly). The kernel takes
 * the way of waiting for an agent only with one (seccomp(2)). TSYNC is for other threads, of which init has none.
 */
function flagsOf(seccomp: Seccomp): Flags {
  const flags = seccomp.flags ?? USUAL_FLAGS;
  return flags.filter((flag) => {
    if (flag === 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV') return hasAgent(seccomp);
    return flag !== 'SECCOMP_FILTER_FLAG_TSYNC';
  });
}

/** config-linux.md#containerprocessstate, split where the pid belongs that the plan makes. */
function processState(spec: Spec, facts: SeccompInput['facts'], { status, pid }: AgentInput): string[] {
  const metadata = spec.linux?.seccomp?.listenerMetadata;
  const own = JSON.stringify({
    ociVersion: SPEC_VERSION,
    fds: ['seccompFd'],
    ...(metadata !== undefined && { metadata }),
  });
  const { stateHead, stateTail } = stateParts(spec, facts, status);
  const first = `${own.slice(0, -1)},"pid":`;
  const second = `,"state":${stateHead}`;
  const last = `${stateTail}}`;
  return pid === undefined ? [first, second, last] : [first, `${second}${pid}${last}`];
}

function ruleOf({ names, action, errnoRet = EPERM, args }: SeccompSyscall): Rule {
  return { names, action, errno: errnoRet, args: args === undefined ? NO_ARGS : args.map(argumentOf) };
}

type Rule = StepOf<'seccomp-compile'>['rules'][number];

const NO_ARGS: Rule['args'] = [];

function argumentOf({ index, value, valueTwo = 0, op }: SeccompArg): Rule['args'][number] {
  return { index, value, valueTwo, op };
}
