import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { run, spawned } from '../../support/run.ts';
import type { Cell } from './cell.ts';

/**
 * A cell that is the machine itself: systemd moves processes by the pids that it knows, so its clients may have no pid
 * namespace of their own. Only for a machine that is thrown away, which scripts/test-in-systemd.sh has prepared.
 */
export async function openMachine(): Promise<Cell> {
  const directory = mkdtempSync(join(tmpdir(), 'runts-machine-'));
  chmodSync(directory, 0o755);
  const daemons: ChildProcess[] = [];
  const file: Cell['file'] = (name, text) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  };
  return {
    directory,
    file,
    run: (command, args, options) => run(command, args, { timeout: 100_000, ...options }),
    daemon: (command, args, env = {}) => {
      const log = join(directory, `${command}.log`);
      const script = `exec "$@" >"${log}" 2>&1`;
      daemons.push(spawned('sh', ['-c', script, 'sh', command, ...args], { env, capture: false }));
      return log;
    },
    close: async () => {
      for (const daemon of daemons) daemon.kill('SIGTERM');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
