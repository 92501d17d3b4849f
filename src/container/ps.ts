import { RuntsError } from '../errors.ts';
import { attempt } from '../host/attempt.ts';
import type { HostFiles } from '../host/host.ts';
import type { Context } from './context.ts';
import { cgroupDirectory } from './status.ts';
import { load, placeOf } from './store.ts';

/** Host pids of all processes of a container: those of its cgroup and of all cgroups below it. */
export function processes(context: Context, id: string): number[] {
  const place = placeOf(context.root, id);
  const directory = cgroupDirectory(load(context.host.files, place));
  if (directory === undefined) {
    throw new RuntsError('UNSUPPORTED', `container ${id} has no cgroup, which tells its processes`);
  }
  return pidsBelow(context.host.files, directory);
}

/** A cgroup that is gone has none; one may go while the tree is read. */
function pidsBelow(files: HostFiles, directory: string): number[] {
  const own = readPids(files, directory);
  if (own === undefined) return [];
  const children = files.list(directory).filter((name) => files.kind(`${directory}/${name}`) === 'directory');
  return [...own, ...children.flatMap((name) => pidsBelow(files, `${directory}/${name}`))];
}

function readPids(files: HostFiles, directory: string): number[] | undefined {
  const text = attempt(() => files.readText(`${directory}/cgroup.procs`), 'ENOENT', 'ENODEV');
  return text
    ?.split('\n')
    .filter((line) => line !== '')
    .map(Number);
}

/** What ps(1) prints of the container's processes; `options` are its own, `-ef` by default. */
export async function psTable(context: Context, id: string, options: readonly string[]): Promise<string> {
  const pids = new Set(processes(context, id));
  const text = await context.host.processes.capture('ps', options.length === 0 ? ['-ef'] : options);
  return filterPs(text, pids);
}

/** The header and the lines whose PID column names one of the processes. */
export function filterPs(text: string, pids: ReadonlySet<number>): string {
  const [header = '', ...lines] = text.split('\n');
  const column = header.trim().split(/\s+/).indexOf('PID');
  if (column === -1) {
    throw new RuntsError('INVALID_ARGUMENT', "couldn't find PID field in ps output", {
      hint: 'give ps options that print the column PID',
    });
  }
  const kept = lines.filter((line) => pids.has(Number(line.trim().split(/\s+/)[column])));
  return [header, ...kept].map((line) => `${line}\n`).join('');
}
