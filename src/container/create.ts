import type { Context } from './context.ts';
import { launch } from './launch.ts';
import type { CreateRequest } from './launch.ts';

/** Makes a container that waits for start, and gives the pid of its init. */
export async function create(context: Context, request: CreateRequest): Promise<number> {
  const { process } = await launch(context, request, { detached: true, untilExecuted: false });
  process.release();
  return process.pid;
}
