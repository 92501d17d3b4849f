import { RuntsError } from '../errors.ts';
import type { HostProcess } from '../host/host.ts';
import type { CreateOptions, Facts } from '../plan/facts.ts';
import type { Plan, Step, StepOf } from '../plan/steps.ts';
import { unitOfSpec } from '../plan/systemd.ts';
import type { Spec } from '../spec/types.ts';
import { makeOwnBundle, ownBundle, readBundle } from './bundle.ts';
import type { Bundle, BundleRequest } from './bundle.ts';
import { needsFreshCgroup } from './claims.ts';
import type { Context } from './context.ts';
import { writeCrunStatus } from './crun-status.ts';
import { destroy } from './delete.ts';
import { extraDescriptors } from './descriptors.ts';
import type { Descriptors, ExtraDescriptors } from './descriptors.ts';
import { executeOrThrow } from './execute.ts';
import type { Execution } from './execute.ts';
import { readFacts } from './facts.ts';
import { lock } from './lock.ts';
import { makeNotifyDirectory } from './notify.ts';
import { absolutePath } from './paths.ts';
import { sendPidfd } from './pidfd.ts';
import { programFinder } from './seccomp-cache.ts';
import { requireProgram } from './start.ts';
import { makePlace, placeOf, save, saveCreation } from './store.ts';
import { outlineOf, VERSION } from './saved.ts';
import type { Creation, Saved } from './saved.ts';
import type { Place } from './store.ts';
import { prepare } from './template.ts';
import type { Ingredients, Prepared } from './template.ts';
import { checkTerminal, stdioOf, withTerminal, withTerminalSize } from './terminal.ts';
import { formatTime } from './time.ts';
import { requireOwnUpper } from './upper.ts';

/** What create and run are asked for; paths are absolute but for those of the bundle. */
export interface CreateRequest extends BundleRequest {
  readonly id: string;
  readonly consoleSocket?: string | undefined;
  readonly pidfdSocket?: string | undefined;
  readonly pidFile?: string | undefined;
  readonly noPivot?: boolean;
  readonly noNewKeyring?: boolean;
  /** How many descriptors from 3 up the program gets; none by default. */
  readonly preserveFds?: number;
  /** The program's descriptors, in place of the runtime's own 0, 1 and 2 and those that it has inherited. */
  readonly descriptors?: Descriptors;
}

export interface LaunchMode {
  /** The runtime will not stay with the container. */
  readonly detached: boolean;
  /** Run the program at once; else init waits for start. */
  readonly untilExecuted: boolean;
}

export interface Launched {
  readonly place: Place;
  readonly saved: Saved;
  readonly process: HostProcess;
  /** Master of the terminal, if the runtime holds it. */
  readonly console: number | undefined;
}

/** Makes a container. What it made is removed where it fails. */
export async function launch(context: Context, request: CreateRequest, mode: LaunchMode): Promise<Launched> {
  const bundle = bundleOf(context, request);
  for (const warning of bundle.warnings) context.warn(warning);
  if (mode.untilExecuted) requireProgram(bundle.spec);
  const terminal = bundle.spec.process.terminal === true;
  const { consoleSocket, descriptors: given } = request;
  checkTerminal({ terminal, detached: mode.detached, consoleSocket, given });
  const extra = extraDescriptors(context, request.preserveFds ?? 0, request.descriptors);
  const place = makePlace(context.host.files, context.root, request.id);
  const held = (await lock(context.host.files, place, true)) ?? deleted(place);
  try {
    return await make(context, place, { request, mode, bundle, extra });
  } catch (error) {
    context.host.files.removeTree(place.directory);
    throw error;
  } finally {
    held.release();
  }
}

/** With the terminal that the caller asks for; then the config is no longer what its file says. */
function bundleOf(context: Context, request: CreateRequest): Bundle {
  const { host, memory, root } = context;
  const own = ownBundle(placeOf(root, request.id));
  const bundle = readBundle({ host, memory, findProgram: programFinder(context) }, request, own);
  const size = request.descriptors?.terminal;
  if (size === undefined) return bundle;
  const { directory, spec, warnings } = bundle;
  return { directory, spec: { ...spec, process: withTerminal(spec.process, size) }, warnings };
}

/** Without the lock nothing may be made: a directory that went away is no longer the container's. */
function deleted(place: Place): never {
  throw new RuntsError('WRONG_STATE', `container ${place.id} was deleted while it was being created`);
}

interface Making {
  readonly request: CreateRequest;
  readonly mode: LaunchMode;
  readonly bundle: Bundle;
  readonly extra: ExtraDescriptors;
}

async function make(context: Context, place: Place, making: Making): Promise<Launched> {
  const { files } = context.host;
  const { bundle, request } = making;
  if (request.bundle === undefined) makeOwnBundle(files, bundle, request.text ?? '');
  const facts = await readFacts(context, place, bundle);
  if (context.debug !== undefined) (await import('./debug.ts')).factLines(facts).forEach(context.debug);
  const notify = makeNotifyDirectory(context, place);
  const ingredients = ingredientsOf(context, making, { facts, notify });
  if (context.turn !== undefined) await context.turn();
  const prepared = prepare(context.memory, ingredients);
  if (context.turn !== undefined) await context.turn();
  for (const warning of prepared.warnings) context.warn(warning);
  const creation = creationOf(context, place, { making, facts, prepared });
  saveCreation(files, place, creation, configOf(making, creation));
  requireOwnUpper(context, creation);
  const outcome = await executeOrThrow(context, prepared, executionOf(making));
  const { process } = outcome;
  if (process === undefined) throw new RuntsError('INIT_DIED', 'the plan made no process');
  const saved = createdState(creation, process, outcome.cgroupInode);
  try {
    save(files, place, saved);
    writeCrunStatus(context, place, saved);
    announce(context, request, process);
  } catch (error) {
    if (outcome.console !== undefined) context.host.processes.closeDescriptor(outcome.console);
    process.release();
    await destroy(context, place, saved);
    throw error;
  }
  return { place, saved, process, console: outcome.console };
}

interface Found {
  readonly facts: Facts;
  /** Directory of the socket for sd_notify. */
  readonly notify: string | undefined;
}

function ingredientsOf(context: Context, making: Making, { facts, notify }: Found): Ingredients {
  const spec = specToRun(context, making);
  const freshCgroup = needsFreshCgroup(context, spec, facts);
  return { spec, facts, options: { ...createOptions(making, notify), freshCgroup } };
}

function executionOf({ bundle, request, extra }: Making): Execution {
  const stdio = stdioOf(bundle.spec.process.terminal === true, request.descriptors?.stdio);
  return { stdio, preserve: extra.all, traced: true };
}

function specToRun({ host }: Context, { bundle: { spec }, mode, request }: Making): Spec {
  const held = spec.process.terminal === true && !mode.detached;
  return held ? { ...spec, process: withTerminalSize(host, spec.process, request.descriptors?.stdio) } : spec;
}

function createOptions({ request, mode, extra }: Making, notify: string | undefined): CreateOptions {
  return {
    ...(request.consoleSocket !== undefined && { consoleSocket: request.consoleSocket }),
    noPivot: request.noPivot === true,
    noNewKeyring: request.noNewKeyring === true,
    keepFds: extra.all.length,
    listenFds: extra.listen,
    ...(notify !== undefined && { notify }),
    untilExecuted: mode.untilExecuted,
  };
}

interface Known {
  readonly making: Making;
  readonly facts: Creation['facts'];
  readonly prepared: Prepared;
}

function creationOf(context: Context, place: Place, { making, facts, prepared }: Known): Creation {
  const { directory } = making.bundle;
  const { cgroup } = prepared;
  const spec = withLinux(making.bundle.spec, prepared.spec.linux);
  const { self } = context.host;
  const start = startOf(prepared, place, making.mode);
  const { systemd } = facts;
  return {
    version: VERSION,
    ociVersion: spec.ociVersion,
    id: place.id,
    bundle: directory,
    rootfs: absolutePath(directory, spec.root.path),
    ...(making.request.goesWithContainer === true && { ownsBundle: true }),
    created: formatTime(self.now()),
    owner: self.uid,
    phase: 'creating',
    ...(start.socket !== undefined && { startSocket: start.socket }),
    ...(cgroup !== undefined && { cgroup: { root: cgroup.root, path: cgroup.path } }),
    ...(systemd !== undefined && { unit: unitOfSpec(spec, place.id, systemd).name }),
    spec,
    facts,
    noNewKeyring: making.request.noNewKeyring === true,
    startSteps: start.steps,
    stepsBefore: prepared.count - start.steps.length,
  };
}

interface Start {
  readonly socket?: string | undefined;
  readonly steps: Plan;
}

/** How init will be started; without steps where it does not wait for that. */
function startOf({ steps }: Prepared, { directory }: Place, { untilExecuted }: LaunchMode): Start {
  if (untilExecuted) return { steps: [] };
  const plan = steps();
  const listens = (step: Step): step is StepOf<'listen'> =>
    step.kind === 'listen' && step.directory === directory;
  const waiting = plan.findIndex((step) => step.kind === 'await-start');
  return { socket: plan.find(listens)?.name, steps: waiting === -1 ? [] : plan.slice(waiting) };
}

/** With what the config has left open about it. */
function withLinux(spec: Spec, linux: Spec['linux']): Spec {
  return linux === undefined || linux === spec.linux ? spec : { ...spec, linux };
}

/** The text of the config, where the container is made from just that. */
function configOf({ bundle }: Making, { spec }: Creation): string | undefined {
  return spec === bundle.spec ? bundle.text : undefined;
}

function createdState(creation: Creation, process: HostProcess, inode: number | bigint | undefined): Saved {
  const { cgroup } = creation;
  const { pid, startTime } = process;
  return Object.assign(outlineOf(creation), { phase: 'created', pid, startTime } as const, {
    ...(cgroup !== undefined && inode !== undefined && { cgroup: { ...cgroup, inode } }),
  });
}

/** Tells callers of the process in the ways that they asked for. */
export function announce(
  context: Context,
  request: Pick<CreateRequest, 'pidFile' | 'pidfdSocket'>,
  process: HostProcess,
  payload: 'standard' | 'setns' = 'standard',
): void {
  const { host } = context;
  if (request.pidfdSocket !== undefined) sendPidfd(host, request.pidfdSocket, process.pid, payload);
  if (request.pidFile !== undefined) host.files.replace(request.pidFile, String(process.pid), 0o644);
}
