import { hasProgram } from '../spec/process.ts';
import type { Spec } from '../spec/types.ts';
import { attributeSteps } from './attributes.ts';
import { capabilitySteps } from './capabilities.ts';
import { cgroupSteps } from './cgroup.ts';
import { onHost, onInit, slotCounter } from './context.ts';
import type { Context } from './context.ts';
import { deviceSteps } from './devices.ts';
import type { CreateOptions, Facts } from './facts.ts';
import { groupsOf } from './groups.ts';
import { hookSteps } from './hooks.ts';
import { userMappings } from './ids.ts';
import { rdtJoinSteps, rdtSteps } from './intel-rdt.ts';
import { mountLabelOf } from './labels.ts';
import { maskSteps } from './masks.ts';
import { mountSteps } from './mounts.ts';
import { creationSteps, has, identitySteps, makes, readNamespaces } from './namespaces.ts';
import { netDeviceSteps } from './net-devices.ts';
import { CAPABILITY_NAMES } from './numbers.ts';
import * as program from './process.ts';
import { rlimitSteps } from './rlimits.ts';
import { checkUserNamespace, losesGroups } from './rootless.ts';
import { enterRootSteps, readonlyRootSteps, rootPath, rootSteps } from './root.ts';
import { AGENT_SLOT, seccompSteps } from './seccomp.ts';
import type { Plan, Step } from './steps.ts';
import { sysctlSteps } from './sysctl.ts';
import { withUsers } from './users.ts';

/** Name of the socket in the state directory that `start` connects to; there as long as the container is created. */
export const START_SOCKET = 'start.sock';

export interface Compiled {
  readonly plan: Plan;
  /** One line each: what the config asks for and does not get. */
  readonly warnings: readonly string[];
}

export interface CompiledCreate extends Compiled {
  /** The config with what it has left open. */
  readonly spec: Spec;
}

/**
 * Everything that create and start do to the machine, in order. Throws RuntsError INVALID_CONFIG for what no runtime
 * could follow and UNSUPPORTED for what runts does not do, both with the pointer of the property.
 */
export function compileCreate(given: Spec, facts: Facts, options: CreateOptions): CompiledCreate {
  const warnings: string[] = [];
  const warn = (message: string): void => void warnings.push(message);
  const spec = withUsers(given, facts, warn);
  const context: Context = {
    spec,
    facts,
    options,
    namespaces: readNamespaces(spec),
    root: rootPath({ spec, facts }),
    mountLabel: mountLabelOf(spec, facts, warn),
    warn,
    slot: slotCounter(),
  };
  checkUserNamespace(context.namespaces, facts);
  userMappings(spec, context.namespaces, facts);
  return { plan: createPlan(context), spec, warnings };
}

function createPlan(context: Context): Plan {
  const { spec, facts, options, slot, namespaces } = context;
  const cgroup = cgroupSteps(context);
  const seccomp = seccompSteps({
    spec,
    process: spec.process,
    facts,
    slot,
    agent: {
      status: 'created',
      pid: undefined,
      slot: options.untilExecuted === true ? undefined : AGENT_SLOT,
    },
  });
  const waiting = waitSteps(context);
  const terminal = program.consoleSteps(spec.process, options, { mount: makes(namespaces, 'mount'), slot });
  const tasks = [...rdtJoinSteps(context), ...cgroup.tasks];
  const creation = creationSteps(context, { ...cgroup, tasks });
  const root = rootSteps(context);
  const mounts = mountSteps(context);
  const devices = deviceSteps(context);
  const capabilities = capabilitySteps({
    process: spec.process,
    grantable: has(namespaces, 'user') ? CAPABILITY_NAMES : facts.grantable,
    retain: seccomp.retain,
    warn: context.warn,
  });
  return [
    ...rdtSteps(context),
    ...cgroup.before,
    ...[seccomp, waiting, terminal, creation, root, mounts, devices].flatMap(({ prepare }) => prepare),
    ...creation.steps,
    ...netDeviceSteps(context),
    ...identitySteps(context),
    ...procfsSteps(context),
    ...root.steps,
    ...mounts.steps,
    ...devices.steps,
    ...terminal.steps,
    ...program.cwdCreateSteps(spec.process),
    ...hooksBeforePivot(context),
    ...sysctlSteps(context),
    ...mounts.late,
    ...maskSteps(context),
    ...readonlyRootSteps(context),
    ...enterRootSteps(context),
    ...programSteps(context, { waiting, seccomp: seccomp.steps, capabilities }),
  ];
}

/** config.md: after the namespaces and the mounts, before pivot_root; prestart before createRuntime. */
function hooksBeforePivot(context: Context): Step[] {
  return (['prestart', 'createRuntime', 'createContainer'] as const).flatMap((phase) =>
    hookSteps(phase, context),
  );
}

interface Waiting {
  readonly prepare: readonly Step[];
  /** The end of create and the begin of start. */
  readonly steps: readonly Step[];
}

interface ProgramParts {
  readonly waiting: Waiting;
  readonly seccomp: readonly Step[];
  readonly capabilities: ReturnType<typeof capabilitySteps>;
}

/** What the process itself is given, in the order in which each still has the rights that it needs. */
function programSteps(context: Context, { waiting, seccomp, capabilities }: ProgramParts): Step[] {
  const { spec } = context;
  const environment = program.environmentOf(spec.process, program.addedVariables(context));
  return [
    program.umaskStep(spec.process),
    ...attributeSteps(spec.process, spec.linux ?? {}),
    ...program.labelSteps(spec.process),
    ...rlimitSteps(spec.process),
    ...program.userSteps(spec.process, groupsOf(spec, losesGroups(context.namespaces, spec, context.facts))),
    ...capabilities.steps,
    ...(hasProgram(spec.process) ? [program.findStep(spec.process, environment)] : []),
    ...waiting.steps,
    ...(hasProgram(spec.process) ? executionSteps(context, { environment, seccomp, capabilities }) : []),
  ];
}

interface ExecutionParts extends Omit<ProgramParts, 'waiting'> {
  readonly environment: program.Environment;
}

function executionSteps(context: Context, { environment, seccomp, capabilities }: ExecutionParts): Step[] {
  const { spec, options } = context;
  return [
    onInit('', { kind: 'close-fds', keep: options.keepFds ?? 0 }),
    ...seccomp,
    ...capabilities.last,
    // what they execute is the image's: it gets no right that the program does not get
    ...hookSteps('startContainer', { ...context, environment, uid: spec.process.user.uid }),
    program.executeStep(spec.process, environment),
    ...(options.untilExecuted === true ? hookSteps('poststart', context) : []),
  ];
}

function waitSteps({ facts, options, slot: next }: Context): Waiting {
  if (options.untilExecuted === true) return { prepare: [], steps: [] };
  const slot = next();
  const listen = onHost('', { kind: 'listen', directory: facts.stateDirectory, name: START_SOCKET, slot });
  return {
    prepare: [listen],
    steps: [onHost('', { kind: 'created' }), onInit('', { kind: 'await-start', slot })],
  };
}

function procfsSteps({ spec }: Context): Step[] {
  const sysctls = Object.keys(spec.linux?.sysctl ?? {}).length;
  return sysctls > 0 ? [onInit('/linux/sysctl', { kind: 'procfs' })] : program.procfsStep(spec.process);
}
