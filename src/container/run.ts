import type { Context } from './context.ts';
import { destroy, removeEnded } from './delete.ts';
import { exitCode } from './exit.ts';
import { attend, forwardSignals } from './foreground.ts';
import { launch } from './launch.ts';
import type { CreateRequest, Launched } from './launch.ts';
import { forwardNotify } from './notify.ts';
import { startLaunched } from './start.ts';

export interface RunRequest extends CreateRequest {
  /** Return as soon as the program runs. */
  readonly detach?: boolean;
  /** Leave the container, stopped, for a later delete. */
  readonly keep?: boolean;
  /** Reap the container's orphans that come to the runtime. */
  readonly subreaper?: boolean;
}

/** Makes a container, runs its program and gives its exit status; 0 if detached. */
export function run(context: Context, request: RunRequest): Promise<number> {
  return request.detach === true ? runDetached(context, request) : runForeground(context, request);
}

/** Who forwards sd_notify must listen before the program runs: then init waits for a start in two acts. */
function waitsForStart({ host }: Context): boolean {
  return (host.self.variable('NOTIFY_SOCKET') ?? '') !== '';
}

async function runDetached(context: Context, request: RunRequest): Promise<number> {
  const waits = waitsForStart(context);
  const launched = await launch(context, request, { detached: true, untilExecuted: !waits });
  if (waits) await startOrDestroy(context, launched);
  launched.process.release();
  return 0;
}

async function startOrDestroy(context: Context, { place, saved, process }: Launched): Promise<void> {
  try {
    const notified = forwardNotify(context, place, process.pid);
    await startLaunched(context, place, saved);
    await notified;
  } catch (error) {
    await destroy(context, place, saved);
    throw error;
  }
}

async function runForeground(context: Context, request: RunRequest): Promise<number> {
  const { host } = context;
  if (request.subreaper === true) host.processes.becomeSubreaper();
  const signals = forwardSignals(host);
  try {
    const launched = await launch(context, request, {
      detached: false,
      untilExecuted: !waitsForStart(context),
    });
    signals.to(launched.process);
    return await finish(context, request, launched);
  } finally {
    signals.release();
  }
}

async function finish(context: Context, request: RunRequest, launched: Launched): Promise<number> {
  const { host } = context;
  const { process } = launched;
  let reaped = false;
  try {
    if (waitsForStart(context)) await startAside(context, launched);
    const status = await attend(host, process, launched.console);
    reaped = true;
    return exitCode(status);
  } finally {
    if (request.subreaper === true) host.processes.reapOrphans();
    process.release();
    if (request.keep !== true) await removeEnded(context, launched, reaped);
  }
}

/** The forwarder goes on beside the container; that it ends in an error is no reason to end the container. */
async function startAside(context: Context, { place, saved }: Launched): Promise<void> {
  forwardNotify(context, place, context.host.self.pid).catch((error: unknown) => {
    context.warn(`sd_notify: ${(error as Error).message}`);
  });
  await startLaunched(context, place, saved);
}
