import { RuntsError } from '../errors.ts';
import type { HostProcess } from '../host/host.ts';
import { compileExec } from '../plan/exec.ts';
import type { ExecFacts } from '../plan/exec.ts';
import { isUser } from '../plan/rootless.ts';
import type { Context } from './context.ts';
import { preservedDescriptors } from './descriptors.ts';
import type { Descriptors } from './descriptors.ts';
import { processFromFile, processFromFlags } from './exec-process.ts';
import type { ExecProcess, ProcessFlags } from './exec-process.ts';
import { executeOrThrow } from './execute.ts';
import { exitCode } from './exit.ts';
import { attend, forwardSignals } from './foreground.ts';
import { announce } from './launch.ts';
import type { Process } from '../spec/types.ts';
import { cleanPath } from './paths.ts';
import { SIGKILL } from './signals.ts';
import { statusOf } from './status.ts';
import type { ContainerStatus } from './status.ts';
import { loadCreation, placeOf } from './store.ts';
import type { Creation } from './saved.ts';
import { deniesGroups } from './rootless.ts';
import { processOf } from './target.ts';
import { checkTerminal, stdioOf, withTerminal, withTerminalSize } from './terminal.ts';

/** What exec is asked for; paths are absolute but for the process file. */
export interface ExecRequest {
  readonly id: string;
  /** A process that stands alone; then `flags` mean nothing. */
  readonly processFile?: string | undefined;
  readonly flags: ProcessFlags;
  /** Properties in place of the container's own, before the flags. */
  readonly properties?: Partial<Process>;
  readonly detach?: boolean;
  readonly consoleSocket?: string | undefined;
  readonly pidfdSocket?: string | undefined;
  readonly pidFile?: string | undefined;
  readonly preserveFds?: number;
  /** At most one: a path below the container's cgroup. */
  readonly cgroups?: readonly string[];
  readonly ignorePaused?: boolean;
  /** The process's descriptors, in place of the runtime's own. */
  readonly descriptors?: Descriptors;
}

/** Runs a further process in a container and gives its exit status; 0 if detached. */
export async function exec(context: Context, request: ExecRequest): Promise<number> {
  const launch = (): Promise<Started> => launchExec(context, request);
  return request.detach === true ? detached(launch) : foreground(context, launch);
}

/** Makes the process of an exec. */
export async function launchExec(context: Context, request: ExecRequest): Promise<Started> {
  const { files } = context.host;
  const place = placeOf(context.root, request.id);
  const saved = loadCreation(files, place);
  const status = statusOf(files, place, saved);
  refuse(status, request.ignorePaused === true);
  if (status === 'created') refuseBeforeStart(saved);
  const { process, warnings } = processOfRequest(context, request, saved);
  for (const warning of warnings) context.warn(warning);
  const terminal = process.terminal === true;
  const { detach = false, consoleSocket, descriptors: given } = request;
  checkTerminal({ terminal, detached: detach, consoleSocket, given });
  return launchProcess(context, request, { saved, process });
}

function refuse(status: ContainerStatus, ignorePaused: boolean): void {
  if (status === 'stopped' || status === 'creating') {
    throw new RuntsError('WRONG_STATE', 'cannot exec in a stopped container');
  }
  if (status === 'paused' && !ignorePaused) {
    throw new RuntsError(
      'WRONG_STATE',
      'cannot exec in a paused container (use --ignore-paused to override)',
    );
  }
}

/**
 * setns(2) by a pidfd asks for ptrace(2) rights, and over an init that nobody may look into (it is not dumpable) these
 * are root's of the machine alone, until it has executed the program.
 */
function refuseBeforeStart({ facts }: Creation): void {
  if (!isUser(facts)) return;
  throw new RuntsError(
    'WRONG_STATE',
    'cannot exec in a container that has not been started, as an ordinary user',
    {
      hint: 'start it first',
    },
  );
}

function processOfRequest({ host }: Context, request: ExecRequest, saved: Creation): ExecProcess {
  const { processFile, flags, properties } = request;
  const { process, warnings } =
    processFile === undefined
      ? processFromFlags({ ...saved.spec.process, ...properties }, flags)
      : processFromFile(host, processFile);
  return { process: withTerminal(process, request.descriptors?.terminal), warnings };
}

export interface Started {
  readonly process: HostProcess;
  readonly console: number | undefined;
}

interface Wanted {
  readonly saved: Creation;
  readonly process: ExecProcess['process'];
}

async function launchProcess(context: Context, request: ExecRequest, wanted: Wanted): Promise<Started> {
  const { saved } = wanted;
  const given = request.descriptors;
  const extra = preservedDescriptors(context, request.preserveFds ?? 0, given);
  const held = wanted.process.terminal === true && request.detach !== true;
  const process = held ? withTerminalSize(context.host, wanted.process, given?.stdio) : wanted.process;
  const facts = execFacts(context, saved, request.cgroups ?? []);
  const { plan, warnings } = compileExec(process, facts, {
    ...(request.consoleSocket !== undefined && { consoleSocket: request.consoleSocket }),
    keepFds: extra.all.length,
    noNewKeyring: saved.noNewKeyring,
  });
  for (const warning of warnings) context.warn(warning);
  const stdio = stdioOf(wanted.process.terminal === true, given?.stdio);
  const outcome = await executeOrThrow(context, plan, { stdio, preserve: extra.all, traced: true });
  if (outcome.process === undefined) throw new RuntsError('INIT_DIED', 'the plan made no process');
  const started = { process: outcome.process, console: outcome.console };
  announceOrKill(context, request, started);
  return started;
}

/** The container as it was made, and what this runtime can give away now. */
function execFacts({ host }: Context, saved: Creation, cgroups: readonly string[]): ExecFacts {
  const subCgroup = subCgroupOf(cgroups);
  const process = processOf(saved);
  return {
    ...saved.facts,
    grantable: host.self.capabilities(),
    uid: host.self.uid,
    spec: saved.spec,
    ...process,
    deniesGroups: hasUsers(saved) && deniesGroups(host.files, `/proc/${process.pid}`),
    cgroupPath: saved.cgroup?.path,
    ...(saved.cgroup?.inode !== undefined && { cgroupInode: saved.cgroup.inode }),
    ...(saved.unit !== undefined && { unit: saved.unit }),
    ...(subCgroup !== undefined && { subCgroup }),
  };
}

/** False where its user namespace can only be the machine's first. */
function hasUsers({ spec, facts }: Creation): boolean {
  return facts.rootless !== undefined || spec.linux?.namespaces?.some(({ type }) => type === 'user') === true;
}

function announceOrKill(context: Context, request: ExecRequest, { process, console }: Started): void {
  try {
    announce(context, request, process, 'setns');
  } catch (error) {
    process.kill(SIGKILL);
    process.release();
    if (console !== undefined) context.host.processes.closeDescriptor(console);
    throw error;
  }
}

/** @throws {RuntsError} INVALID_ARGUMENT for a path that leaves the container's cgroup, or one of cgroup v1. */
export function subCgroupOf(paths: readonly string[]): string | undefined {
  const [path, ...more] = paths;
  if (path === undefined) return undefined;
  if (more.length > 0)
    throw new RuntsError('INVALID_ARGUMENT', `invalid --cgroup argument: ${more[0]} (there can be one)`);
  const [prefix] = path.split('/');
  if (prefix?.includes(':') === true) {
    throw new RuntsError(
      'INVALID_ARGUMENT',
      `invalid --cgroup argument: ${path} (cgroup v2 has no controller: prefix)`,
    );
  }
  const clean = cleanPath(`./${path}`);
  if (clean === '..' || clean.startsWith('../'))
    throw new RuntsError('INVALID_ARGUMENT', `bad sub cgroup path: ${path}`);
  return `/${clean === '.' ? '' : clean}`;
}

async function detached(launch: () => Promise<Started>): Promise<number> {
  const { process } = await launch();
  process.release();
  return 0;
}

async function foreground(context: Context, launch: () => Promise<Started>): Promise<number> {
  const signals = forwardSignals(context.host);
  try {
    const { process, console } = await launch();
    signals.to(process);
    return exitCode(await attend(context.host, process, console));
  } finally {
    signals.release();
  }
}
