import type { Process } from './types.ts';

/** What stands for `process` where a config has none: it is for create alone, and start needs one (config.md#process). */
export const NO_PROCESS: Process = { args: [], cwd: '/', user: { uid: 0, gid: 0 } };

/** True where there is something to execute: a process that the config gives has one argument at least. */
export function hasProgram({ args }: Pick<Process, 'args'>): boolean {
  return args.length > 0;
}
