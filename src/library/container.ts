import { deleteContainer } from '../container/delete.ts';
import type { Context } from '../container/context.ts';
import { kill } from '../container/kill.ts';
import { parseSignal } from '../container/signals.ts';
import { start } from '../container/start.ts';
import { state } from '../container/state.ts';
import type { ContainerState } from '../container/state.ts';
import type { TargetProcess } from '../container/target.ts';
import type { ExitStatus } from '../host/host.ts';
import { unlessAborted } from './abort.ts';
import { endOf, keepingProgram } from './ending.ts';
import { exitOf } from './exit.ts';
import type { Exit, SignalName, UnknownExit } from './exit.ts';
import type { Stdio } from './stdio.ts';
import { turn } from './turns.ts';

/** A container as the runtime knows it that gives the object out. */
export interface Origin {
  readonly context: Context;
  readonly id: string;
  readonly bundle: string;
  readonly process: TargetProcess;
  /** The end of its process; unset where that is not this program's. */
  readonly ended?: Promise<ExitStatus>;
  readonly stdio?: Stdio;
  /** Called when it has been deleted. */
  readonly deleted: () => void;
}

export interface Waiting {
  /** Aborted, it ends the waiting, and that alone. */
  readonly signal?: AbortSignal;
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
  /** Of the container's first process. */
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

  /** Executes the program. An aborted signal ends the waiting for that: it may then still come to run. */
  async start({ signal }: Waiting = {}): Promise<void> {
    signal?.throwIfAborted();
    await turn();
    await unlessAborted(signal, start(this.#origin.context, this.id));
  }

  /** Sends a signal to the first process; SIGKILL to all, where the end of that one would not end the others. */
  async kill(signal: SignalName | number = 'SIGTERM'): Promise<void> {
    await this.#signal(parseSignal(String(signal)), false);
  }

  /** Waits for the end of the first process, by pidfd. The status of one that another program has made cannot be known. */
  async wait({ signal }: Waiting = {}): Promise<Exit | UnknownExit> {
    signal?.throwIfAborted();
    const status = await unlessAborted(signal, keepingProgram(this.#ended()));
    return status === undefined ? {} : exitOf(status);
  }

  async state(): Promise<ContainerState> {
    return state(this.#origin.context, this.id);
  }

  /** Removes the container, which must be created or stopped; with `force` it is killed first, and may be gone already. */
  async delete({ force = false, signal }: Waiting & { readonly force?: boolean } = {}): Promise<void> {
    signal?.throwIfAborted();
    await turn();
    await unlessAborted(signal, this.#delete(force));
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

  async #signal(signal: number, all: boolean): Promise<void> {
    await turn();
    await kill(this.#origin.context, this.id, { signal, all });
  }

  async #delete(force: boolean): Promise<void> {
    const { context, deleted } = this.#origin;
    await deleteContainer(context, this.id, force);
    deleted();
  }
}
