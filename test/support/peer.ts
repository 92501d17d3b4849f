import type { ChildProcess } from 'node:child_process';
import type { TestContext } from 'vitest';
import { INSPECT, spawned, until } from './run.ts';

/** A program that runs beside the test, its output as it comes. */
export interface Peer {
  child: ChildProcess;
  output: () => string;
  /** Waits for its end; the exit status. */
  ended: Promise<number | null>;
}

export function startPeer(
  context: TestContext,
  command: string,
  args: readonly string[],
  fds?: number[],
): Peer {
  const child = spawned(command, args, fds === undefined ? {} : { fds });
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (part: string) => (text += part));
  child.stderr?.setEncoding('utf8').on('data', (part: string) => (text += part));
  const ended = new Promise<number | null>((settle) => child.on('close', settle));
  context.onTestFinished(() => {
    if (child.exitCode === null) child.kill('SIGKILL');
  });
  return { child, output: () => text, ended };
}

/** The other end of a socket (bundles/inspect/probes-sockets.cpp), once it listens. */
export async function socketPeer(context: TestContext, ...args: string[]): Promise<Peer> {
  const peer = startPeer(context, INSPECT, args);
  await until(`${args[0]} to listen`, () => peer.output().includes('ready'));
  return peer;
}
