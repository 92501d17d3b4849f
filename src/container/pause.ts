import { RuntsError } from '../errors.ts';
import { compilePause, compileResume } from '../plan/lifecycle.ts';
import type { Context } from './context.ts';
import { executeOrThrow } from './execute.ts';
import { statusOf } from './status.ts';
import type { ContainerStatus } from './status.ts';
import { load, placeOf } from './store.ts';
import type { Saved } from './saved.ts';
import { notRunning } from './target.ts';

/** Freezes the cgroup of a created or running container. */
export async function pause(context: Context, id: string): Promise<void> {
  const { saved, status } = find(context, id);
  if (status !== 'running' && status !== 'created') throw notRunning();
  await executeOrThrow(context, compilePause(cgroupOf(saved)));
}

/** Thaws the cgroup of a paused container. */
export async function resume(context: Context, id: string): Promise<void> {
  const { saved, status } = find(context, id);
  if (status !== 'paused') throw new RuntsError('WRONG_STATE', 'container not paused');
  await executeOrThrow(context, compileResume(cgroupOf(saved)));
}

function find(context: Context, id: string): { saved: Saved; status: ContainerStatus } {
  const place = placeOf(context.root, id);
  const saved = load(context.host.files, place);
  return { saved, status: statusOf(context.host.files, place, saved) };
}

function cgroupOf({ id, cgroup }: Saved): NonNullable<Saved['cgroup']> {
  if (cgroup !== undefined) return cgroup;
  throw new RuntsError('UNSUPPORTED', `container ${id} has no cgroup, which alone can be paused`);
}
