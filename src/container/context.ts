import type { Host } from '../host/host.ts';
import type { CgroupManager } from './facts.ts';
import type { Memory } from './memory.ts';

/** Where an operation of the life cycle works, and what it tells beside its result. */
export interface Context {
  readonly host: Host;
  /** Directory of all containers' states, such as /run/runts; absolute. */
  readonly root: string;
  readonly cgroupManager: CgroupManager;
  /** `--rootless`: whether a container may do without a cgroup that the runtime has no right to make; undefined: by who it is. */
  readonly rootless?: boolean;
  /** Something that the user should know and that stops nothing; one line. */
  readonly warn: (message: string) => void;
  /** @internal Given by the library, which makes many containers. */
  readonly memory?: Memory;
  /** Given with --debug: what was found out and done, a line each. */
  readonly debug?: (message: string) => void;
  /** Given by who has other work beside: what takes long asks for it on the way, so that this has its turn, too. */
  readonly turn?: () => Promise<void> | undefined;
  /** File that gets a Chrome trace of the plan's steps. */
  readonly trace?: string;
}
