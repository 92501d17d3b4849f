import { IMAGE } from './image.ts';

/** Options of a container that docker and podman share. */
export const LIMITS = [
  ...['--memory', '64m', '--memory-reservation', '32m', '--pids-limit', '50'],
  ...['--cpus', '0.5', '--cpu-shares', '512'],
] as const;

/** A command that tells what became of them. */
export const READ_LIMITS = [
  'cat',
  ...['memory.max', 'memory.low', 'cpu.max', 'cpu.weight', 'pids.max'].map(
    (name) => `/sys/fs/cgroup/${name}`,
  ),
] as const;

/** Its lines. */
export const LIMITED = ['67108864', '33554432', '50000 100000', '59', '50', ''] as const;

/** Options of an update. */
export const CHANGES = ['--memory', '48m', '--cpus', '0.25', '--pids-limit', '40'] as const;

/** The lines after it. */
export const CHANGED = ['50331648', '33554432', '25000 100000', '59', '40', ''] as const;

/**
 * Has a child that takes memory without end: not at once, since clients watch for it only after `start` has returned, and it ends
 * some time after it, since they look at the cgroup, which goes with the container.
 */
const EAT = 'sleep 2; tail /dev/zero; status=$?; sleep 2; exit $status';

/** What `run` takes for a container, eater, that is killed for it. */
export const EATER = [
  ...['--name', 'eater', '--memory', '16m', '--memory-swap', '16m'],
  ...[IMAGE, 'sh', '-c', EAT],
] as const;
