/** `process` of config.json (config.md#process), which is also the document of `exec --process`. */
import { notAbsolute, notCpuList, notEnvironment } from './flaws.ts';
import { show } from './problems.ts';
import type { Scope } from './problems.ts';
import {
  anyString,
  array,
  boolean,
  emptyOr,
  enumeration,
  id,
  integer,
  object,
  string,
  uint32,
  uint64,
} from './schema.ts';
import type {
  Capabilities,
  ConsoleSize,
  ExecCPUAffinity,
  IOPriority,
  Process,
  Rlimit,
  Scheduler,
  User,
} from './types.ts';
import {
  CAPABILITIES,
  IO_PRIORITY_CLASSES,
  RLIMIT_TYPES,
  SCHEDULER_FLAGS,
  SCHEDULER_POLICIES,
} from './words.ts';

export const environment = array(string(notEnvironment));

const user = object<User>(
  {
    uid: id('a user id'),
    gid: id('a group id'),
    umask: integer('a umask', 0, 0o777),
    additionalGids: array(id('a group id')),
  },
  { defaults: { uid: 0, gid: 0 } },
);

const consoleSize = object<ConsoleSize>(
  { height: uint32('a height'), width: uint32('a width') },
  { required: ['height', 'width'] },
);

const KNOWN_CAPABILITIES: ReadonlySet<string> = new Set(CAPABILITIES);
const capabilityNames = array(anyString, { rule: warnOfUnknownCapabilities });

const isCapability = (name: string): boolean => KNOWN_CAPABILITIES.has(name);

function warnOfUnknownCapabilities(names: readonly string[], scope: Scope): void {
  if (names.every(isCapability)) return;
  names.forEach((name, at) => {
    if (isCapability(name)) return;
    scope.warn(`/${at}`, `${show(name)} is not a capability of this kernel's interface and is left out`);
  });
}

const capabilities = object<Capabilities>({
  bounding: capabilityNames,
  effective: capabilityNames,
  inheritable: capabilityNames,
  permitted: capabilityNames,
  ambient: capabilityNames,
});

const rlimit = object<Rlimit>(
  { type: enumeration('a resource limit', RLIMIT_TYPES), soft: uint64('a limit'), hard: uint64('a limit') },
  {
    required: ['type', 'soft', 'hard'],
    rule: ({ soft, hard }, scope) => {
      if (soft > hard) scope.problem('/soft', `${soft} is above the hard limit`, `${hard} at most`);
    },
  },
);

function refuseSameType(rlimits: readonly Rlimit[], scope: Scope): void {
  rlimits.forEach(({ type }, at) => {
    const first = rlimits.findIndex((other) => other.type === type);
    if (first !== at)
      scope.problem(`/${at}/type`, `${type} is limited twice, first at entry ${first}`, 'one entry a type');
  });
}

const scheduler = object<Scheduler>(
  {
    policy: enumeration('a scheduling policy', SCHEDULER_POLICIES),
    nice: integer('a nice value', -20, 19),
    priority: integer('a priority', 0, 99),
    flags: array(enumeration('a scheduling flag', SCHEDULER_FLAGS)),
    runtime: uint64('a time in nanoseconds'),
    deadline: uint64('a time in nanoseconds'),
    period: uint64('a time in nanoseconds'),
  },
  { required: ['policy'], rule: checkScheduler },
);

/** sched_setattr(2); 0 stands for unset. */
function checkScheduler(value: Scheduler, scope: Scope): void {
  const { policy, priority = 0 } = value;
  const realTime = policy === 'SCHED_FIFO' || policy === 'SCHED_RR';
  if (realTime && priority === 0)
    scope.problem('/priority', `${policy} has no priority`, 'an integer from 1 to 99');
  if (!realTime && priority !== 0)
    scope.problem('/priority', `${policy} takes no priority`, 'SCHED_FIFO or SCHED_RR');
  if (policy === 'SCHED_DEADLINE') return checkDeadline(value, scope);
  for (const name of ['runtime', 'deadline', 'period'] as const) {
    if ((value[name] ?? 0) > 0) scope.problem(`/${name}`, `${policy} takes no ${name}`, 'SCHED_DEADLINE');
  }
}

/** What the kernel calls too short (kernel/sched/deadline.c, __checkparam_dl), and what has its top bit set. */
const MIN_RUNTIME = 1024n;
const MAX_RUNTIME = 2n ** 63n - 1n;

/** The kernel answers EINVAL to all of these; the words are those that users of crun know. */
function checkDeadline(value: Scheduler, scope: Scope): void {
  const { deadline = 0, period = 0 } = value;
  const wrong = (name: string, what: string): void =>
    scope.problem(name, `sched_setattr: \`SCHED_DEADLINE\` ${what}`);
  checkRuntime(value, wrong);
  if (value.deadline === undefined) wrong('/deadline', 'requires `deadline`');
  else if (deadline <= 0) wrong('/deadline', 'deadline must be greater than 0');
  if (period > 0 && deadline > period)
    wrong('/deadline', `deadline (${deadline}) must be <= period (${period})`);
}

function checkRuntime(value: Scheduler, wrong: (name: string, what: string) => void): void {
  const { runtime = 0, deadline = 0 } = value;
  if (value.runtime === undefined) return wrong('/runtime', 'requires `runtime`');
  if (runtime <= 0) return wrong('/runtime', 'runtime must be greater than 0');
  if (runtime < MIN_RUNTIME || runtime > MAX_RUNTIME)
    return wrong('/runtime', `runtime (${runtime}) must be between ${MIN_RUNTIME} and ${MAX_RUNTIME} ns`);
  if (deadline > 0 && runtime > deadline)
    return wrong('/runtime', `runtime (${runtime}) must be <= deadline (${deadline})`);
}

const ioPriority = object<IOPriority>(
  {
    class: enumeration('an I/O scheduling class', IO_PRIORITY_CLASSES),
    priority: integer('an I/O priority', 0, 7),
  },
  { required: ['class'], defaults: { priority: 0 } },
);

const execCPUAffinity = object<ExecCPUAffinity>({ initial: emptyOr(notCpuList), final: emptyOr(notCpuList) });

export const processSchema = object<Process>(
  {
    terminal: boolean,
    consoleSize,
    user,
    args: array(anyString, { min: 1 }),
    env: environment,
    cwd: string(notAbsolute, '/'),
    capabilities,
    rlimits: array(rlimit, { rule: refuseSameType }),
    noNewPrivileges: boolean,
    apparmorProfile: anyString,
    oomScoreAdj: integer('an OOM score adjustment', -1000, 1000),
    scheduler,
    selinuxLabel: anyString,
    ioPriority,
    execCPUAffinity,
  },
  { required: ['args', 'cwd'], defaults: { user: { uid: 0, gid: 0 } }, rule: checkProcessFields },
);

function checkProcessFields({ terminal, consoleSize: size }: Process, scope: Scope): void {
  if (terminal !== true || size === undefined) return;
  for (const side of ['height', 'width'] as const) {
    if (size[side] > 65535)
      scope.problem(`/consoleSize/${side}`, `${size[side]} is too large for a terminal`, '65535 at most');
  }
}
