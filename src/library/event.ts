import type { Psi, PressureResource } from '../cgroup/pressure.ts';
import type { Stats } from '../cgroup/stats.ts';
import type { MemoryLimit } from '../container/observation.ts';
import type { Exit, UnknownExit } from './exit.ts';

/** What happened to a container. */
export type ContainerEvent = ExitEvent | OomEvent | FreezeEvent | StatsEvent | PressureEvent;

interface Happened {
  readonly id: string;
  /** How many events of statistics and pressure were dropped before this one, because nobody asked for them in time. */
  readonly dropped: number;
}

/** The first process has ended: the last event. Its statistics are unset where another program was quicker to remove the cgroup. */
export type ExitEvent = Happened & { readonly type: 'exit' } & (Exit | UnknownExit);

/** The kernel has killed processes of the container for want of memory. */
export interface OomEvent extends Happened {
  readonly type: 'oom';
  /** Since the last such event. */
  readonly kills: number;
  readonly memory: MemoryLimit;
}

/** All processes were frozen, or thawed. */
export interface FreezeEvent extends Happened {
  readonly type: 'pause' | 'resume';
}

export interface StatsEvent extends Happened {
  readonly type: 'stats';
  readonly stats: Stats;
}

export interface PressureEvent extends Happened, Psi {
  readonly type: 'pressure';
  readonly resource: PressureResource;
}
