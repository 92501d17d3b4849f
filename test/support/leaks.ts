import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import { cgroupRoot } from './conditions.ts';

/** What the machine holds that belongs to containers whose id, bundle or state directory contains `mark`. */
export interface Holdings {
  processes: string[];
  mounts: string[];
  cgroups: string[];
  files: string[];
}

const readable = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

function markedProcesses(mark: string): string[] {
  return (
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      // What its parent has not reaped yet is no process any more; where the parent is process 1, that is not ours to do.
      .filter((pid) => !/^State:\s+Z/m.test(readable(`/proc/${pid}/status`)))
      .filter((pid) =>
        ['cgroup', 'environ', 'cmdline'].some((file) => readable(`/proc/${pid}/${file}`).includes(mark)),
      )
      .map((pid) => `${pid} ${readable(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')}`)
  );
}

/** Those of a directory that may go at any moment. */
function entries(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

function cgroupsBelow(directory: string): string[] {
  return entries(directory)
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => [join(directory, name), ...cgroupsBelow(join(directory, name))]);
}

/** @param directories whose content is listed (a state directory) */
export function holdings(mark: string, ...directories: string[]): Holdings {
  return {
    processes: markedProcesses(mark),
    mounts: readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter((line) => line.includes(mark)),
    cgroups: cgroupRoot === undefined ? [] : cgroupsBelow(cgroupRoot).filter((path) => path.includes(mark)),
    files: directories.flatMap((directory) =>
      existsSync(directory) ? readdirSync(directory, { recursive: true }).map(String) : [],
    ),
  };
}

/** Open descriptors of a process with their targets, sorted; those of a directory listing are left out. */
export function descriptors(pid: number | 'self' = 'self'): string[] {
  return readdirSync(`/proc/${pid}/fd`)
    .flatMap((fd) => {
      try {
        return [`${fd} ${readlinkSync(`/proc/${pid}/fd/${fd}`)}`];
      } catch {
        return [];
      }
    })
    .sort();
}

export const NOTHING: Holdings = { processes: [], mounts: [], cgroups: [], files: [] };
