import type { LastStats } from '../cgroup/last-stats.ts';
import { parseSignal, SIGKILL } from '../container/signals.ts';
import type { ConsoleSize } from '../spec/types.ts';
import type { ExitStatus, HostProcess } from '../host/host.ts';
import { act, known } from './act.ts';
import { madeOrAborted, onAbort } from './abort.ts';
import { exitOf } from './exit.ts';
import type { Exit, SignalName } from './exit.ts';
import type { Stdio, StdioOptions, StreamsOf } from './stdio.ts';
import { textOf } from './text.ts';
import type { TextOptions } from './text.ts';
import { turn } from './turns.ts';

/** A process that is being made or runs, with what there is to do around it. */
export interface Launched {
  readonly process: HostProcess;
  /** Master of its terminal. */
  readonly console: number | undefined;
  /**
   * What follows its end, such as the removal of its container; undefined where it could not be waited for. Gives what was
   * used, where that was asked for.
   */
  readonly finish?: (status: ExitStatus | undefined) => Promise<LastStats | undefined>;
}

export interface Undertaking {
  readonly stdio: Stdio;
  /** Makes the process; nothing is left where it throws. */
  readonly launch: () => Promise<Launched>;
  readonly signal: AbortSignal | undefined;
}

/**
 * A program under way, which is there at once, as a child process of Node is. To await it is to wait for its end: the
 * {@link Exit}, or the error by which it did not come to run (`RuntsError`), or the reason of an aborted signal. If nobody
 * does, such an error is lost, and nothing else is.
 */
export class Execution<Options extends StdioOptions = StdioOptions> implements PromiseLike<Exit> {
  /** Standard input, where `stdio` says `pipe`; of a terminal this and `stdout` are one Duplex. */
  readonly stdin: StreamsOf<Options>['stdin'];
  readonly stdout: StreamsOf<Options>['stdout'];
  readonly stderr: StreamsOf<Options>['stderr'];
  /** Resolves when the program has been executed; rejects as the execution itself where it never is. */
  readonly started: Promise<{ readonly pid: number }>;
  readonly #stdio: Stdio;
  readonly #end: Promise<Exit>;
  #process: HostProcess | undefined;
  /** Signals for a process that is not there yet. */
  #early: number[] = [];

  constructor({ stdio, launch, signal }: Undertaking) {
    const { stdin, stdout, stderr } = stdio as unknown as StreamsOf<Options>;
    [this.stdin, this.stdout, this.stderr] = [stdin, stdout, stderr];
    this.#stdio = stdio;
    const launched = this.#launch(launch, signal);
    this.started = launched.then(({ process }) => ({ pid: process.pid }));
    this.#end = launched.then((it) => known(() => this.#attend(it, signal))).finally(() => stdio.ended());
    for (const promise of [this.started, this.#end]) promise.catch(() => {});
  }

  // oxlint-disable-next-line unicorn/no-thenable -- that is what it is for
  then<A = Exit, B = never>(
    fulfilled?: ((exit: Exit) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#end.then(fulfilled, rejected);
  }

  /** Sends a signal to the program (default SIGTERM), now or as soon as it is there; one that has ended is fine. */
  kill(signal: SignalName | number = 'SIGTERM'): void {
    const number = parseSignal(String(signal));
    if (this.#process === undefined) this.#early.push(number);
    else this.#process.kill(number);
  }

  /** Gives the program's terminal another size. @throws {RuntsError} INVALID_ARGUMENT where it has none of ours. */
  resize(size: ConsoleSize): void {
    this.#stdio.resize(size);
  }

  /**
   * All of standard output, as UTF-8, once the program has ended with 0.
   * @throws {RuntsError} as {@link textOf}.
   */
  text(options?: TextOptions): Promise<string> {
    const { stdout, stderr } = this.#stdio;
    return textOf({ stdout, stderr, exit: this, kill: () => this.kill('SIGKILL') }, options);
  }

  async #launch(launch: () => Promise<Launched>, signal: AbortSignal | undefined): Promise<Launched> {
    let console: number | undefined;
    try {
      const launched = await madeOrAborted(signal, () => act(launch));
      ({ console } = launched);
      return launched;
    } finally {
      this.#stdio.handOver(console);
    }
  }

  async #attend({ process, finish }: Launched, signal: AbortSignal | undefined): Promise<Exit> {
    this.#process = process;
    for (const number of this.#early.splice(0)) process.kill(number);
    let isAborted = false;
    const release = onAbort(signal, () => {
      isAborted = true;
      process.kill(SIGKILL);
    });
    let status: ExitStatus | undefined;
    let stats: LastStats | undefined;
    try {
      status = await process.wait();
      await turn();
    } finally {
      release();
      process.release();
      stats = await finish?.(status);
    }
    if (isAborted) throw signal?.reason;
    return exitOf(status, stats);
  }
}
