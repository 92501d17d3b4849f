import { attempt } from '../host/attempt.ts';
import type { HostFiles } from '../host/host.ts';

/** What proc_pid_stat(5) says of a process. */
export interface ProcessStat {
  /** Field 3, such as `S`, `Z` (zombie) or `X` (dead). */
  readonly state: string;
  /** Field 22, clock ticks since boot. */
  readonly startTime: number;
}

/** undefined where there is no such process. */
function readProcessStat(files: HostFiles, pid: number): ProcessStat | undefined {
  const text = attempt(() => files.readText(`/proc/${pid}/stat`));
  return text === undefined ? undefined : parseProcessStat(text);
}

/** The name of the command, field 2, may hold spaces and parentheses: fields are counted from its last one. */
export function parseProcessStat(text: string): ProcessStat | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const startTime = Number(fields[19]);
  if (fields[0] === undefined || !Number.isSafeInteger(startTime)) return undefined;
  return { state: fields[0], startTime };
}

/** True while the very process that was recorded runs; a zombie has ended. */
export function isAlive(files: HostFiles, pid: number, startTime: number): boolean {
  const stat = readProcessStat(files, pid);
  return stat !== undefined && stat.startTime === startTime && stat.state !== 'Z' && stat.state !== 'X';
}
