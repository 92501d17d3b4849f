import { existsSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uniqueId } from '../../support/bundle.ts';
import { cgroupRoot } from '../../support/conditions.ts';
import { ROOT, RUNTS, run, spawned, until } from '../../support/run.ts';
import type { Ended, RunOptions } from '../../support/run.ts';

/** Namespaces of its own (mount, net, pid, ipc, uts, cgroup) for an engine with its daemons and containers. */
export interface Cell {
  /** On the host and inside the cell: for what both must see. Engines keep their data in the cell's /run. */
  directory: string;
  run: (command: string, args: readonly string[], options?: RunOptions) => Promise<Ended>;
  /** Writes a file into `directory`; its path. */
  file: (name: string, text: string) => string;
  /** Starts a program that ends with the cell; its output goes to the file that is returned. */
  daemon: (command: string, args: readonly string[], env?: Record<string, string>) => string;
  close: () => Promise<void>;
}

const QUIET_MS = 20_000;

/** Needs root, mount namespaces and cgroups. */
export async function openCell(): Promise<Cell> {
  if (cgroupRoot === undefined) throw new Error('there is no cgroup v2 here');
  const cgroup = join(cgroupRoot, `runts-${uniqueId()}`);
  const directory = mkdtempSync(join(tmpdir(), 'runts-cell-'));
  chmodSync(directory, 0o755);
  const keeper = spawned('sh', [join(ROOT, 'test/clients/support/cell.sh'), cgroup, RUNTS]);
  let said = '';
  keeper.stdout?.setEncoding('utf8').on('data', (part: string) => (said += part));
  keeper.stderr?.setEncoding('utf8').on('data', (part: string) => (said += part));
  const pid = await until(`a cell: ${said}`, () => /^(\d+)\n/.exec(said)?.[1], QUIET_MS);
  const enter = (command: string, args: readonly string[]): string[] => [
    '-c',
    'echo $$ >"$0/init/cgroup.procs" && exec nsenter --target "$@"',
    cgroup,
    pid,
    ...['--mount', '--net', '--ipc', '--uts', '--pid', '--cgroup', '--wd=/', '--'],
    command,
    ...args,
  ];
  return {
    directory,
    run: (command, args, options) => run('sh', enter(command, args), { timeout: 100_000, ...options }),
    file: (name, text) => {
      writeFileSync(join(directory, name), text);
      return join(directory, name);
    },
    daemon: (command, args, env = {}) => {
      const log = join(directory, `${command}.log`);
      const script = `exec "$@" >"${log}" 2>&1`;
      spawned('sh', enter('sh', ['-c', script, 'sh', command, ...args]), { env, capture: false });
      return log;
    },
    close: async () => {
      process.kill(Number(pid), 'SIGKILL');
      await until(
        'the end of a cell',
        () => keeper.exitCode !== null || keeper.signalCode !== null,
        QUIET_MS,
      );
      await until('its cgroups to be empty', () => removeCgroups(cgroup), QUIET_MS);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** False while one of them still has processes. */
function removeCgroups(directory: string): boolean {
  if (!existsSync(directory)) return true;
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory() && !removeCgroups(join(directory, entry.name))) return false;
  }
  try {
    rmdirSync(directory);
    return true;
  } catch {
    return false;
  }
}

/** One cell for all tests of a file, made when the first of them asks, so that none is made where all are skipped. */
export function sharedCell<T>(
  make: (cell: Cell) => Promise<T>,
  openOne: () => Promise<Cell> = openCell,
): {
  get: () => Promise<T>;
  close: () => Promise<void>;
} {
  let cell: Cell | undefined;
  let made: Promise<T> | undefined;
  const open = async (): Promise<T> => {
    cell = await openOne();
    return make(cell);
  };
  return {
    get: () => (made ??= open()),
    close: async () => {
      await made?.catch(() => {});
      await cell?.close();
    },
  };
}

/** The standard output of a command that must have succeeded. */
export function output({ status, stdout, stderr }: Ended): string {
  if (status !== 0) throw new Error(`exit status ${status}: ${stderr}${stdout}`);
  return stdout;
}

/** script(1) on a fifo that is never at its end, which it would tell the terminal. */
const TERMINAL = 'mkfifo /run/fifo.$$ && exec script -qec "$0" /dev/null 0<>/run/fifo.$$';

/** The command with a terminal of its own, on which nobody types; its output has the terminal's line ends. */
export function inTerminal(command: string, args: readonly string[]): [string, string[]] {
  const words = [command, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  return ['sh', ['-c', TERMINAL, words.join(' ')]];
}
