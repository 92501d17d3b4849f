import type { Readable, Writable } from 'node:stream';
import { readLastStats } from '../cgroup/last-stats.ts';
import type { Stats } from '../cgroup/stats.ts';
import type { Context } from '../container/context.ts';
import { deleteContainer } from '../container/delete.ts';
import { statsOnce } from '../container/events.ts';
import { launchExec } from '../container/exec.ts';
import { kill } from '../container/kill.ts';
import { pause, resume } from '../container/pause.ts';
import { isAlive } from '../container/process-stat.ts';
import { parseSignal, SIGKILL } from '../container/signals.ts';
import { start } from '../container/start.ts';
import { state } from '../container/state.ts';
import type { ContainerState } from '../container/state.ts';
import type { TargetProcess } from '../container/target.ts';
import type { ConsoleSize, LinuxResources } from '../spec/types.ts';
import { update } from '../container/update.ts';
import type { ExitStatus } from '../host/host.ts';
import { formatProblem } from '../spec/problems.ts';
import { readResources } from '../spec/read.ts';
import { act, known } from './act.ts';
import { calledOffBy, unlessAborted } from './abort.ts';
import type { Abortable } from './abort.ts';
import { endOf, keepingProgram } from './ending.ts';
import { eventsOf } from './events.ts';
import type { ContainerEvents, EventOptions } from './events.ts';
import { exitIfKnown } from './exit.ts';
import type { Exit, SignalName, UnknownExit } from './exit.ts';
import { Execution } from './execution.ts';
import type { Launched } from './execution.ts';
import { execRequest } from './exec-options.ts';
import type { ExecOptions } from './exec-options.ts';
import { jsonOf } from './json.ts';
import { noTerminal, openStdio, OUTPUT_PIPES } from './stdio.ts';
import type { Observers } from './observers.ts';
import type { OutputPipes, Stdio, StdioOptions } from './stdio.ts';

/** How long the end of a killed process is waited for. */
const PATIENCE_MS = 10_000;

/** A container as the runtime knows it that gives the object out. */
export interface Origin {
  readonly context: Context;
  readonly id: string;
  readonly bundle: string;
  readonly process: TargetProcess;
  /** Directory of its cgroup, if it has one. */
  readonly cgroup: string | undefined;
  /** The end of its process; unset where that is not this program's. */
  readonly ended?: Promise<ExitStatus>;
  readonly stdio?: Stdio;
  readonly observers: Observers;
  /** Called when it has been deleted. */
  readonly deleted: () => void;
}

export interface WaitOptions extends Abortable {
  /** Reads what the container has used: `stats` of the exit. They are there until the container is deleted. */
  readonly stats?: boolean;
}

export interface DeleteOptions extends Abortable {
  /** Kills it first, and is content where it is gone already. */
  readonly force?: boolean;
}

/**
 * One container. The object holds nothing but what this program gave it: the container's state is on disk, where the
 * command and other programs see it too, and may be changed by them. All methods throw `RuntsError`: NOT_FOUND where the
 * container has been deleted, WRONG_STATE where it is not in the state for what is asked.
 */
export class Container {
  readonly id: string;
  /** Absolute path of the bundle. */
  readonly bundle: string;
  /** Of the container's first process; 0 where there is none yet, or will be none as its creator died. */
  readonly pid: number;
  readonly #origin: Origin;
  #end: Promise<ExitStatus | undefined> | undefined;

  constructor(origin: Origin) {
    this.#origin = origin;
    this.id = origin.id;
    this.bundle = origin.bundle;
    this.pid = origin.process.pid;
    this.#end = origin.ended;
  }

  /** Standard input of the first process, where this object is from `create` and `stdio` says `pipe` or asks for a terminal. */
  get stdin(): Writable | undefined {
    return this.#origin.stdio?.stdin;
  }

  get stdout(): Readable | undefined {
    return this.#origin.stdio?.stdout;
  }

  get stderr(): Readable | undefined {
    return this.#origin.stdio?.stderr;
  }

  /** Gives the terminal of the first process another size. @throws {RuntsError} INVALID_ARGUMENT where it has none of ours. */
  resize(size: ConsoleSize): void {
    if (this.#origin.stdio === undefined) throw noTerminal();
    this.#origin.stdio.resize(size);
  }

  /** Executes the program. An aborted signal ends the waiting for that: it may then still come to run. */
  async start({ signal }: Abortable = {}): Promise<void> {
    signal?.throwIfAborted();
    await unlessAborted(
      signal,
      act(() => start(this.#origin.context, this.id)),
    );
  }

  /** Sends a signal to the first process; SIGKILL to all, where the end of that one would not end the others. */
  async kill(signal: SignalName | number = 'SIGTERM'): Promise<void> {
    const request = { signal: parseSignal(String(signal)), all: false };
    await act(() => kill(this.#origin.context, this.id, request));
  }

  /**
   * Executes a further program in the container, which is running or created. The execution is there at once; await it for
   * its {@link Exit}. Unless `stdio` says otherwise, output and error are pipes, which want to be read, and input is
   * `/dev/null`.
   */
  exec<const Options extends StdioOptions = OutputPipes>(
    args: readonly string[],
    options: ExecOptions<Options> = {},
  ): Execution<Options> {
    const { context } = this.#origin;
    const stdio = openStdio(options.stdio ?? OUTPUT_PIPES);
    const { descriptors: three, terminal } = stdio;
    const descriptors = { stdio: three, extra: options.fds ?? [], terminal };
    const launch = (): Promise<Launched> =>
      launchExec(calledOffBy(options.signal, context), {
        ...execRequest(this.id, args, options),
        descriptors,
      });
    return new Execution<Options>({ stdio, launch, signal: options.signal });
  }

  /** Freezes all processes of the container. @throws {RuntsError} UNSUPPORTED for one without a cgroup. */
  async pause(): Promise<void> {
    await act(() => pause(this.#origin.context, this.id));
  }

  async resume(): Promise<void> {
    await act(() => resume(this.#origin.context, this.id));
  }

  /**
   * Changes limits; those that are not named stay. All are changed, or none.
   * @throws {RuntsError} INVALID_CONFIG for resources that are not as the specification has them.
   */
  async update(resources: LinuxResources): Promise<void> {
    const { context } = this.#origin;
    const checked = readResources(jsonOf(resources), 'resources');
    for (const warning of checked.warnings) context.warn(`resources: ${formatProblem(warning)}`);
    await act(() => update(context, this.id, checked.resources));
  }

  /** What the container uses now. @throws {RuntsError} WRONG_STATE once it has stopped, UNSUPPORTED without a cgroup. */
  async stats(): Promise<Stats> {
    const { data } = await act(() => statsOnce(this.#origin.context, this.id));
    return data;
  }

  /**
   * Waits for the end of the first process, by pidfd. The status of one that another program has made may be missing
   * ({@link UnknownExit}).
   */
  async wait({ signal, stats = false }: WaitOptions = {}): Promise<Exit | UnknownExit> {
    const { context, cgroup } = this.#origin;
    signal?.throwIfAborted();
    const status = await unlessAborted(signal, keepingProgram(known(() => this.#ended())));
    return exitIfKnown(status, stats ? readLastStats(context.host.files, cgroup) : undefined);
  }

  /**
   * What happens to the container from this call on: its exit, kills for want of memory, pause and resume; and, if asked
   * for, statistics and pressure. The last event is the exit. Who does not leave the loop before calls `return()`.
   */
  events(options?: EventOptions): ContainerEvents {
    const { context, id, process, observers } = this.#origin;
    return eventsOf({ context, id, process, observers, ended: () => this.#ended() }, options);
  }

  async state(): Promise<ContainerState> {
    return act(() => state(this.#origin.context, this.id));
  }

  /** Removes the container, which must be created or stopped; with `force` it is killed first, and may be gone already. */
  async delete({ force = false, signal }: DeleteOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    await unlessAborted(
      signal,
      act(() => this.#delete(force)),
    );
  }

  /** Kills and removes the container; one that is gone is fine. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.delete({ force: true });
  }

  #ended(): Promise<ExitStatus | undefined> {
    const { context, process } = this.#origin;
    this.#end ??= endOf(context.host, process);
    return this.#end;
  }

  /** Its end is waited for by pidfd; deleteContainer would look for it again and again, and tells what goes wrong. */
  async #killed(): Promise<void> {
    const patience = AbortSignal.timeout(PATIENCE_MS);
    try {
      await kill(this.#origin.context, this.id, { signal: SIGKILL, all: true });
      await unlessAborted(patience, keepingProgram(this.#ended()));
    } catch (error) {
      this.#origin.context.debug?.(`${this.id}: ${(error as Error).message}`);
    }
  }

  async #delete(force: boolean): Promise<void> {
    const { context, process, observers, deleted } = this.#origin;
    if (force) await this.#killed();
    const hasEnded = (): boolean => !isAlive(context.host.files, process.pid, process.startTime);
    if (observers.has(this.id) && hasEnded()) observers.finish(this.id);
    await deleteContainer(context, this.id, force);
    deleted();
  }
}
