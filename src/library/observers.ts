import type { HostObserver } from '../host/host.ts';

/** The observers of a runtime's containers, which have to know when one is going to be removed. */
export class Observers {
  readonly #byId = new Map<string, Set<HostObserver>>();

  /** Gives what takes it away again. */
  add(id: string, observer: HostObserver): () => void {
    const all = this.#byId.get(id) ?? new Set();
    this.#byId.set(id, all.add(observer));
    return () => {
      if (all.delete(observer) && all.size === 0 && this.#byId.get(id) === all) this.#byId.delete(id);
    };
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  /** The process of the container has ended, and its cgroup is there for the last time: nothing is left to know. */
  finish(id: string): void {
    for (const observer of this.#byId.get(id) ?? []) observer.finish();
    this.#byId.delete(id);
  }
}
