import { errnoText } from '../plan/errno.ts';
import type { Verb } from './verb.ts';

/**
 * Called by the name `crun`, the command says of itself what scripts and tools search for in the output of crun: a line of
 * what it was built with, usage lines, and the system's text of an error beside its name.
 */

/** The last line of `crun --version`. */
export const CRUN_FEATURES = '+SYSTEMD +SELINUX +APPARMOR +CAP +SECCOMP +EBPF';

/** `Usage: crun [OPTION...] delete CONTAINER` */
export function crunUsage({ name, usage }: Verb): string {
  const [first = ''] = usage.split(' | ');
  const words = first.replace('<container-id>', 'CONTAINER').replace('<command> [args...]', 'cmd');
  return `Usage: crun [OPTION...] ${name} ${words.replace('<file>', 'FILE')}`.trimEnd();
}

/** `EINVAL (Invalid argument)`, as strerror(3) has it. */
export function crunErrno(errno: string): string {
  const text = errnoText(errno);
  return `${errno} (${text.charAt(0).toUpperCase()}${text.slice(1)})`;
}
