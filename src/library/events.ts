import { problemOf } from '../cgroup/pressure.ts';
import type { PressureResource, PressureThreshold } from '../cgroup/pressure.ts';
import type { Context } from '../container/context.ts';
import { observations } from '../container/observation.ts';
import type { Observation, ObservationOptions, Observations } from '../container/observation.ts';
import { openObserver } from '../container/observer.ts';
import { cgroupDirectory } from '../container/status.ts';
import { load, placeOf } from '../container/store.ts';
import type { TargetProcess } from '../container/target.ts';
import { RuntsError } from '../errors.ts';
import type { ExitStatus, HostObserver } from '../host/host.ts';
import { onAbort } from './abort.ts';
import { keepingProgram } from './ending.ts';
import type { ContainerEvent } from './event.ts';
import { exitIfKnown } from './exit.ts';
import type { Observers } from './observers.ts';

export interface EventOptions {
  /** Statistics each so many milliseconds. */
  readonly stats?: { readonly everyMs: number };
  /** Told when tasks of the container wait for longer than that, at most once a window. */
  readonly pressure?: Readonly<Partial<Record<PressureResource, PressureThreshold>>>;
  /** Aborted, it ends the iteration with its reason. */
  readonly signal?: AbortSignal;
}

/** The container that is observed. */
export interface Observed {
  readonly context: Context;
  readonly id: string;
  readonly process: TargetProcess;
  /** Its end; undefined for a process of another program. */
  readonly ended: () => Promise<ExitStatus | undefined>;
  readonly observers: Observers;
}

/** Events from this call on. To leave the loop, or `return()`, closes what is open for it. */
export interface ContainerEvents extends AsyncIterableIterator<ContainerEvent> {
  return(): Promise<IteratorResult<ContainerEvent, undefined>>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** @throws {RuntsError} NOT_FOUND, INVALID_ARGUMENT, UNSUPPORTED. */
export function eventsOf(observed: Observed, options: EventOptions = {}): ContainerEvents {
  const { context, id, process, observers } = observed;
  const { signal } = options;
  signal?.throwIfAborted();
  const { host } = context;
  const directory = cgroupOf(context, id);
  const { wanted, of } = observations(host.files, directory, checkedOptions(options, id, directory));
  const observer = openObserver(host, process, wanted);
  const forget = observers.add(id, observer);
  const close = (): void => {
    forget();
    observer.close();
  };
  return iterator({ pull: puller(observed, observer, of), close, signal });
}

/** undefined also where it has been removed by now, as it may be once the container has stopped. */
function cgroupOf({ host: { files }, root }: Context, id: string): string | undefined {
  const directory = cgroupDirectory(load(files, placeOf(root, id)));
  return directory !== undefined && files.exists(directory) ? directory : undefined;
}

function checkedOptions(
  { stats, pressure = {} }: EventOptions,
  id: string,
  directory: string | undefined,
): ObservationOptions {
  if (stats !== undefined && !(stats.everyMs >= 1 && stats.everyMs < 2 ** 31))
    throw new RuntsError(
      'INVALID_ARGUMENT',
      `stats.everyMs: ${stats.everyMs} is not within 1 and 2147483647`,
    );
  for (const [resource, threshold] of Object.entries(pressure)) {
    const problem = problemOf(threshold);
    if (problem !== undefined) throw new RuntsError('INVALID_ARGUMENT', `pressure.${resource}.${problem}`);
  }
  if (directory === undefined && (stats !== undefined || Object.keys(pressure).length > 0))
    throw new RuntsError('UNSUPPORTED', `container ${id} has no cgroup, which counts what it uses`);
  return { pressure, ...(stats !== undefined && { interval: Math.round(stats.everyMs) }) };
}

/** Gives the next event; undefined where none comes any more. */
type Pull = () => Promise<ContainerEvent | undefined>;

function puller(observed: Observed, observer: HostObserver, meaning: Observations['of']): Pull {
  const ready: Observation[] = [];
  let dropped = 0;
  return async () => {
    while (ready.length === 0) {
      const notice = await observer.next();
      if (notice === undefined) return undefined;
      dropped += notice.dropped;
      ready.push(...meaning(notice));
    }
    const before = dropped;
    dropped = 0;
    return eventOf(observed, ready.shift() as Observation, before);
  };
}

async function eventOf(
  { id, ended }: Observed,
  observation: Observation,
  dropped: number,
): Promise<ContainerEvent> {
  if (observation.type !== 'end') return { ...observation, id, dropped };
  const exit = exitIfKnown(await keepingProgram(ended()), observation.stats);
  return { type: 'exit', ...exit, id, dropped };
}

/** Calls that do not wait for each other, as those of `next` may, one after the other. */
function inOrder<T>(act: () => Promise<T>): () => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return () => {
    const result = last.then(act, act);
    last = result;
    return result;
  };
}

interface Iteration {
  readonly pull: Pull;
  readonly close: () => void;
  readonly signal: AbortSignal | undefined;
}

function iterator({ pull, close, signal }: Iteration): ContainerEvents {
  let isOpen = true;
  let isAborted = false;
  const stop = (): void => {
    if (isOpen) close();
    isOpen = false;
    release();
  };
  const release = onAbort(signal, () => {
    isAborted = true;
    stop();
  });
  const advance = async (): Promise<IteratorResult<ContainerEvent, undefined>> => {
    const event = isOpen ? await pull() : undefined;
    if (event === undefined || event.type === 'exit') stop();
    if (event !== undefined) return { done: false, value: event };
    if (!isAborted) return { done: true, value: undefined };
    isAborted = false;
    throw signal?.reason;
  };
  const events: ContainerEvents = {
    next: inOrder(advance),
    return: async () => {
      stop();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => events,
    [Symbol.asyncDispose]: async () => stop(),
  };
  return events;
}
