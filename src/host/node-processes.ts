import type { HostProcesses } from './host.ts';
import { HostError } from './host.ts';
import { coreProcesses } from './core-processes.ts';
import { addon } from './node-addon.ts';

/** A `ps` with this much output has gone wrong. */
const CAPTURE_LIMIT = 64 * 1024 * 1024;

/** `reaps`: whether this process reaps the containers that it let go of, or leaves them to who adopts them. */
export const nodeProcesses = (reaps: boolean): HostProcesses =>
  coreProcesses({
    core: addon,
    capture,
    letGo: (pidfd) => (reaps ? addon().abandon(pidfd) : addon().closeDescriptor(pidfd)),
  });

async function capture(program: string, args: readonly string[]): Promise<string> {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve, reject) => {
    execFile(program, [...args], { maxBuffer: CAPTURE_LIMIT }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const code = typeof error.code === 'string' ? error.code : '';
      reject(new HostError(code, 'execve', stderr.trim() || error.message));
    });
  });
}
