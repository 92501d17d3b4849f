import { resolve } from 'node:path';
import { readLastStats } from '../cgroup/last-stats.ts';
import type { LastStats } from '../cgroup/last-stats.ts';
import type { Context } from '../container/context.ts';
import { deleteContainer, removeEnded } from '../container/delete.ts';
import type { CgroupManager } from '../container/facts.ts';
import { features } from '../container/features.ts';
import type { Features } from '../container/features.ts';
import type { BundleRequest } from '../container/bundle.ts';
import { launch } from '../container/launch.ts';
import type { CreateRequest, Launched as Made } from '../container/launch.ts';
import { list } from '../container/list.ts';
import { plan } from '../container/plan.ts';
import type { ContainerState } from '../container/state.ts';
import { cgroupDirectory } from '../container/status.ts';
import { stateRoot } from '../container/state-root.ts';
import { newMemory } from '../container/memory.ts';
import type { Saved } from '../container/saved.ts';
import { load, placeOf } from '../container/store.ts';
import { doctor } from '../doctor/doctor.ts';
import type { Diagnosis } from '../doctor/doctor.ts';
import type { Plan } from '../plan/steps.ts';
import { RuntsError } from '../errors.ts';
import { act } from './act.ts';
import { calledOffBy, madeOrAborted, unlessAborted } from './abort.ts';
import { check } from './check.ts';
import type { Verdict } from './check.ts';
import { Container } from './container.ts';
import type { DeleteOptions, Origin } from './container.ts';
import { Execution } from './execution.ts';
import type { Launched } from './execution.ts';
import { libraryHost } from './host.ts';
import { bundleRequest } from './options.ts';
import type { ContainerOptions, ContainerSource, RunOptions } from './options.ts';
import { Observers } from './observers.ts';
import { openStdio, OUTPUT_PIPES } from './stdio.ts';
import type { OutputPipes, Stdio, StdioOptions } from './stdio.ts';
import { fromSource } from './source.ts';
import { turn } from './turns.ts';
import { emitWarning } from './warning.ts';

export interface RuntimeOptions {
  /**
   * Directory of all containers' states; default `/run/runts`, or `$XDG_RUNTIME_DIR/runts` for an ordinary user, as of the
   * command. Who shares it, the command among them, shares the containers.
   */
  readonly root?: string;
  /** Who makes cgroups; default `cgroupfs`. */
  readonly cgroups?: CgroupManager;
  /** Gets what should be known and stops nothing, one line each; default `process.emitWarning`. */
  readonly warn?: (message: string) => void;
}

/** Makes containers in this process, and finds those that are there. */
export class Runtime {
  readonly #context: Context;
  /** Containers whose process this program has made and may wait for. */
  readonly #made = new Map<string, Container>();
  readonly #running = new Set<Execution>();
  readonly #observers = new Observers();
  #isOpen = true;

  private constructor(context: Context) {
    this.#context = context;
  }

  /** @throws {RuntsError} UNSUPPORTED for a root that belongs to another user, INVALID_ARGUMENT for `/`. */
  static async open({
    root,
    cgroups = 'cgroupfs',
    warn = emitWarning,
  }: RuntimeOptions = {}): Promise<Runtime> {
    const host = libraryHost();
    const directory = stateRoot(host, root === undefined ? undefined : resolve(root));
    const memory = newMemory();
    return new Runtime({ host, root: directory, cgroupManager: cgroups, warn, memory, turn });
  }

  /** Directory of all containers' states. */
  get root(): string {
    return this.#context.root;
  }

  /**
   * Makes a container that waits for its start. Standard streams are `ignore` unless `stdio` says otherwise.
   * @throws {RuntsError} with nothing left behind.
   */
  async create(id: string, options: ContainerOptions): Promise<Container> {
    this.#checkOpen();
    const make = (): Promise<Container> => this.#make(id, options);
    return madeOrAborted(options.signal, make, (container) => container.delete({ force: true }));
  }

  /**
   * Makes a container, runs its program to its end and removes it. The execution is there at once; await it for the
   * {@link Exit}. Unless `stdio` says otherwise, output and error are pipes, which want to be read, and input is `/dev/null`.
   */
  run<const Options extends StdioOptions = OutputPipes>(
    id: string,
    options: RunOptions<Options>,
  ): Execution<Options> {
    this.#checkOpen();
    const stdio = openStdio(options.stdio ?? OUTPUT_PIPES);
    const launch = (): Promise<Launched> => this.#launchRun(id, options, stdio);
    const execution = new Execution<Options>({ stdio, launch, signal: options.signal });
    const over = (): void => void this.#running.delete(execution);
    this.#running.add(execution);
    execution.then(over, over).catch(() => {});
    return execution;
  }

  /** A container that is there, whoever made it. @throws {RuntsError} NOT_FOUND. */
  async get(id: string): Promise<Container> {
    const { host, root } = this.#context;
    const saved = await act(() => load(host.files, placeOf(root, id)));
    const made = this.#made.get(id);
    return made !== undefined && made.pid === saved.pid ? made : this.#container(saved);
  }

  /**
   * Removes a container by its id, which must be created or stopped. With `force` it is killed first, may be gone already,
   * and may be what a creator that died early has left, of which there is nothing to get.
   */
  async delete(id: string, options: DeleteOptions = {}): Promise<void> {
    const made = this.#made.get(id);
    if (made !== undefined) return made.delete(options);
    const { force = false, signal } = options;
    signal?.throwIfAborted();
    return unlessAborted(
      signal,
      act(() => deleteContainer(this.#context, id, force)),
    );
  }

  /** The states of all containers, by id; one that cannot be read is warned of and left out. */
  async list(): Promise<ContainerState[]> {
    return act(() => list(this.#context, true));
  }

  /**
   * Every kernel operation that create and start would make on an ordinary machine, in order, each with the property of the
   * config that asks for it. Needs no privileges.
   * @throws {RuntsError} INVALID_CONFIG, UNSUPPORTED.
   */
  async plan(id: string, source: ContainerSource): Promise<Plan> {
    return act(() => plan(this.#context, bundleRequest(source), id));
  }

  /** All that is wrong with a config. Needs no privileges. @throws {RuntsError} NOT_FOUND, INVALID_JSON. */
  async check(source: ContainerSource): Promise<Verdict> {
    return act(() => check(this.#context, source));
  }

  /** The features document (features.md): what runts can do, whatever the machine can. */
  features(): Features {
    return features(this.#context.host);
  }

  /** Tries what this machine can do for containers; nothing is changed. */
  async doctor(): Promise<Diagnosis> {
    return act(() => doctor(this.#context.host));
  }

  /**
   * Kills what `run` has under way, and resolves when nothing of that is left. Containers of `create` live on.
   * From then on this object makes no more.
   */
  async close(): Promise<void> {
    this.#isOpen = false;
    for (const execution of this.#running) execution.kill('SIGKILL');
    await Promise.allSettled(this.#running);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #checkOpen(): void {
    if (!this.#isOpen) throw new RuntsError('WRONG_STATE', 'the runtime has been closed');
  }

  async #make(id: string, options: ContainerOptions): Promise<Container> {
    const stdio = openStdio(options.stdio ?? 'ignore');
    let made: Made | undefined;
    try {
      made = await act(() => this.#launch(id, options, stdio));
    } finally {
      stdio.handOver(made?.console);
      if (made === undefined) stdio.ended();
    }
    return this.#keep(made, stdio);
  }

  /** Its process is reaped when it ends, whether somebody waits or not, and does not keep this program from ending. */
  #keep({ saved, process }: Made, stdio: Stdio): Container {
    const ended = process.wait(true).finally(() => stdio.ended());
    ended.catch(() => {});
    process.release();
    return this.#remember(saved, { ended, stdio });
  }

  async #launchRun(id: string, options: RunOptions, stdio: Stdio): Promise<Launched> {
    const made = await this.#launch(id, options, stdio, true);
    const { saved, process, console } = made;
    this.#remember(saved, { ended: process.wait(), stdio });
    const finish = async (status: unknown): Promise<LastStats | undefined> => {
      this.#made.delete(id);
      if (status !== undefined) this.#observers.finish(id);
      const { files } = this.#context.host;
      const stats = options.stats === true ? readLastStats(files, cgroupDirectory(saved)) : undefined;
      await removeEnded(this.#context, made, status !== undefined);
      return stats;
    };
    return { process, console, finish };
  }

  #remember(saved: Saved, own: Pick<Origin, 'ended' | 'stdio'>): Container {
    const container = this.#container(saved, own);
    this.#made.set(container.id, container);
    return container;
  }

  #container(saved: Saved, own: Pick<Origin, 'ended' | 'stdio'> = {}): Container {
    const { id, bundle, pid = 0, startTime = 0 } = saved;
    return new Container({
      context: this.#context,
      id,
      bundle,
      process: { pid, startTime },
      cgroup: cgroupDirectory(saved),
      observers: this.#observers,
      deleted: () => void this.#made.delete(id),
      ...own,
    });
  }

  #launch(id: string, options: ContainerOptions, stdio: Stdio, untilExecuted = false): Promise<Made> {
    const context = calledOffBy(options.signal, this.#context);
    return fromSource(context, id, options, (source) =>
      launch(context, requestOf(id, { source, options, stdio }), { detached: true, untilExecuted }),
    );
  }
}

interface Asked {
  readonly source: BundleRequest;
  readonly options: ContainerOptions;
  readonly stdio: Stdio;
}

function requestOf(id: string, { source, options, stdio }: Asked): CreateRequest {
  const { pidFile, consoleSocket, pidfdSocket, noPivot = false, noNewKeyring = false, fds = [] } = options;
  const descriptors = { stdio: stdio.descriptors, extra: fds, terminal: stdio.terminal };
  return {
    id,
    ...source,
    consoleSocket,
    pidfdSocket,
    pidFile,
    noPivot,
    noNewKeyring,
    descriptors,
  };
}
