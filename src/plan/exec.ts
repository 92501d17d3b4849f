import type { NamespaceType, Process, Spec } from '../spec/types.ts';
import { attributeSteps } from './attributes.ts';
import { capabilitySteps } from './capabilities.ts';
import { onHost, onInit, section, slotCounter } from './context.ts';
import type { Compiled } from './create.ts';
import type { CreateOptions, Facts } from './facts.ts';
import { groupsOf, keepsGroups } from './groups.ts';
import { rdtJoinSteps } from './intel-rdt.ts';
import { openCgroup } from './lifecycle.ts';
import { parseList } from './lists.ts';
import { has, makes, oomScoreSteps, reachesRoot, readNamespaces } from './namespaces.ts';
import type { Namespaces } from './namespaces.ts';
import { CAPABILITY_NAMES } from './numbers.ts';
import { cleanPath } from './paths.ts';
import * as program from './process.ts';
import { invalid } from './refuse.ts';
import { rlimitSteps } from './rlimits.ts';
import { rootPath } from './root.ts';
import { isUser } from './rootless.ts';
import { seccompSteps } from './seccomp.ts';
import type { Step } from './steps.ts';
import { enterUnitStep } from './systemd.ts';

/** The running container that a process is added to. */
export interface ExecFacts extends Facts {
  /** Its config, as it was checked at create. */
  readonly spec: Spec;
  /** Its first process. */
  readonly pid: number;
  /** proc_pid_stat(5) field 22 of pid. */
  readonly startTime: number | bigint;
  /** True where setgroups(2) is denied in its user namespace. */
  readonly deniesGroups: boolean;
  /** Its cgroup below the root of facts.cgroup; undefined without one. */
  readonly cgroupPath: string | undefined;
  /** Inode number of that cgroup's directory; unset: any. */
  readonly cgroupInode?: number | bigint;
  /** systemd's unit around that cgroup; unset without one. */
  readonly unit?: string;
  /** `--cgroup`: a cgroup below that one. */
  readonly subCgroup?: string;
}

export type ExecOptions = Pick<CreateOptions, 'consoleSocket' | 'keepFds' | 'listenFds' | 'noNewKeyring'>;

interface ExecContext {
  readonly facts: ExecFacts;
  readonly options: ExecOptions;
  /** With what it inherits. */
  readonly process: Process;
  readonly namespaces: Namespaces;
  readonly slot: () => number;
  readonly warnings: string[];
}

/**
 * One more process in a container. What `process` leaves open is as the container's own has it (capabilities, AppArmor
 * profile, SELinux label, scheduling, umask, rlimits). Pointers are those of a config whose process this is. Throws as compileCreate.
 */
export function compileExec(process: Process, facts: ExecFacts, options: ExecOptions): Compiled {
  const context: ExecContext = {
    facts,
    options,
    process: inherit(process, facts.spec.process),
    namespaces: readNamespaces(facts.spec),
    slot: slotCounter(),
    warnings: [],
  };
  return { plan: execPlan(context), warnings: context.warnings };
}

function inherit(process: Process, own: Process): Process {
  const { capabilities, apparmorProfile, selinuxLabel } = own;
  const { scheduler, ioPriority, rlimits, execCPUAffinity, noNewPrivileges } = own;
  const umask = process.user.umask ?? own.user.umask;
  return {
    ...(capabilities && { capabilities }),
    ...(apparmorProfile && { apparmorProfile }),
    ...(selinuxLabel && { selinuxLabel }),
    ...(scheduler && { scheduler }),
    ...(ioPriority && { ioPriority }),
    ...(execCPUAffinity && { execCPUAffinity }),
    ...(noNewPrivileges !== undefined && { noNewPrivileges }),
    ...process,
    user: { ...process.user, ...(umask !== undefined && { umask }) },
    ...((process.rlimits ?? []).length === 0 && rlimits && { rlimits }),
  };
}

function execPlan(context: ExecContext): Step[] {
  const { process, facts, options, namespaces, slot } = context;
  const { linux } = facts.spec;
  const warn = (message: string): void => void context.warnings.push(message);
  const agent = { status: 'running', pid: facts.pid, slot: undefined } as const;
  const seccomp = seccompSteps({ spec: facts.spec, process, facts, slot, agent });
  const terminal = program.consoleSteps(process, options, { mount: false, slot });
  const entry = entrySteps(context);
  const grantable = has(namespaces, 'user') ? CAPABILITY_NAMES : facts.grantable;
  const capabilities = capabilitySteps({ process, grantable, retain: seccomp.retain, warn });
  const environment = program.environmentOf(process, program.addedVariables(context));
  return [
    ...affinitySteps(context, 'initial'),
    ...cgroupSteps(context),
    ...[seccomp, terminal, entry].flatMap(({ prepare }) => prepare),
    ...entry.steps,
    ...keyringSteps(context),
    ...program.procfsStep(process),
    ...terminal.steps,
    program.umaskStep(process),
    ...affinitySteps(context, 'final'),
    ...attributeSteps(process, linux ?? {}),
    ...program.labelSteps(process),
    ...rlimitSteps(process),
    ...program.userSteps(process, groupsOf(facts.spec, facts.deniesGroups)),
    ...capabilities.steps,
    program.findStep(process, environment),
    onInit('', { kind: 'close-fds', keep: options.keepFds ?? 0 }),
    ...seccomp.steps,
    ...capabilities.last,
    program.executeStep(process, environment),
  ];
}

/** config.md#linux-process: the first before the process is in the container's cgroup, the second in it. */
function affinitySteps({ process }: ExecContext, when: 'initial' | 'final'): Step[] {
  const text = process.execCPUAffinity?.[when];
  if (!text) return [];
  const because = `/process/execCPUAffinity/${when}`;
  const cpus = parseList(text);
  if (cpus === undefined) throw invalid(because, `"${text}" is not a list such as 0-3,7`);
  return [(when === 'initial' ? onHost : onInit)(because, { kind: 'cpu-affinity', cpus })];
}

function cgroupSteps({ facts }: ExecContext): Step[] {
  if (facts.cgroup === undefined || facts.cgroupPath === undefined) return [];
  const below = cleanPath(facts.subCgroup ?? '');
  const { root } = facts.cgroup;
  const own = { root, path: facts.cgroupPath, inode: facts.cgroupInode ?? 0 };
  // a container may have moved itself, and then nobody keeps the cgroup that it was made in
  if (facts.subCgroup === undefined) return [openCgroup(own, facts.pid)];
  if (below === '/') return [openCgroup(own)];
  return [openCgroup(own), openCgroup({ root, path: `${facts.cgroupPath}${below}` })];
}

/** Into the cgroup by the clone itself, into the namespaces by one pidfd. */
function entrySteps(context: ExecContext): { prepare: Step[]; steps: Step[] } {
  const { process, facts, namespaces } = context;
  const { pid, startTime, subCgroup } = facts;
  const slot = context.slot();
  const enter = enterSteps(context);
  const intoCgroup = facts.cgroup !== undefined && facts.cgroupPath !== undefined && enter.length === 0;
  // with controllers on, a cgroup that has children takes no process: then where the container's first one is
  const cgroupOfPid = intoCgroup && subCgroup === undefined ? pid : 0;
  const because = section(facts.spec, '/linux/namespaces');
  const steps = [
    onHost('', { kind: 'clone', namespaces: [], intoCgroup, cgroupOfPid }),
    ...enter,
    ...rdtJoinSteps({ spec: facts.spec, facts }),
    ...oomScoreSteps(process, facts),
    ...rootDirectory(context),
    ...joinGroups(context).map((types) => onInit(because, { kind: 'join', slot, namespaces: types })),
    ...(has(namespaces, 'user')
      ? [onInit(namespaces.because.user ?? '', { kind: 'become-root', keepGroups: keepsGroups(facts.spec) })]
      : []),
    ...(has(namespaces, 'pid')
      ? [onInit(namespaces.because.pid ?? '', { kind: 'fork', namespaces: [] })]
      : []),
    ...chrootSteps(context),
  ];
  return { prepare: [onHost('', { kind: 'open-process', pid, startTime, slot })], steps };
}

/** An ordinary user may not move processes between the units of his own manager, but that may. */
function enterSteps({ facts: { unit, systemd, subCgroup } }: ExecContext): Step[] {
  if (unit === undefined || systemd?.user !== true) return [];
  return [enterUnitStep(unit, systemd, cleanPath(subCgroup ?? ''))];
}

/** As at create: privileged from outside first, so that namespaces of other owners can be joined too. */
function joinGroups({ namespaces, facts }: ExecContext): NamespaceType[][] {
  const types = [...namespaces.made, ...namespaces.joined.map(({ type }) => type)];
  const others = types.filter((type) => type !== 'user');
  const groups = isUser(facts) ? [types] : [others, types.filter((type) => type === 'user')];
  return groups.filter((group) => group.length > 0);
}

function rootDirectory({ namespaces, facts }: ExecContext): Step[] {
  if (makes(namespaces, 'mount') || !reachesRoot(namespaces)) return [];
  return [onInit('/root/path', { kind: 'root-directory', path: rootPath({ spec: facts.spec, facts }) })];
}

/** The root of a mount namespace of its own is the container's; elsewhere the container was put below its root. */
function chrootSteps({ facts, namespaces }: ExecContext): Step[] {
  if (makes(namespaces, 'mount')) return [];
  const path = rootPath({ spec: facts.spec, facts });
  const reached = reachesRoot(namespaces);
  return [
    onInit('/root/path', {
      kind: 'root',
      path,
      slot: 0,
      inPlace: true,
      own: false,
      reached,
      parent: 'unchanged',
    }),
    onInit('/root/path', { kind: 'pivot', how: 'chroot' }),
  ];
}

function keyringSteps({ options, facts }: ExecContext): Step[] {
  return options.noNewKeyring === true
    ? []
    : [onInit('', { kind: 'session-keyring', name: `_ses.${facts.id}` })];
}
