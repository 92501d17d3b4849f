import type { FindProgram } from '../spec/profile.ts';
import type { Context } from './context.ts';

/** Directory of compiled seccomp programs. Holds a character that no id has. */
export const seccompCache = ({ root }: Pick<Context, 'root'>): string => `${root}/~seccomp`;

/** Looks for programs by the texts of their profiles; undefined where the steps are told, which are then as `plan` prints them. */
export function programFinder(context: Context): FindProgram | undefined {
  const { host, debug, trace } = context;
  const { reader } = host;
  if (reader === undefined || debug !== undefined || trace !== undefined) return undefined;
  return (section) => reader.findProgram(seccompCache(context), section);
}
