import { spawnSync } from 'node:child_process';
import { lacking } from '../../support/conditions.ts';

/** What a program that cannot be executed gives: as an exit status of the client, and the words its users look for. */
export interface Unexecutable {
  program: string;
  status: 126 | 127;
  says: RegExp;
}

export const UNEXECUTABLE: readonly Unexecutable[] = [
  { program: 'nosuch', status: 127, says: /exec: "nosuch": executable file not found in \$PATH/ },
  { program: '/bin/nosuch', status: 127, says: /exec: "\/bin\/nosuch":.* no such file or directory/ },
  { program: '/etc/passwd', status: 126, says: /exec: "\/etc\/passwd": permission denied/ },
  { program: '/etc', status: 126, says: /exec: "\/etc": is a directory/ },
];

/** A runtime under the name of docs/clients.md, and as the path that clients without such names take. */
export interface Runtime {
  name: string;
  path: string;
}

export const RUNTIME: Runtime = { name: 'runts', path: '/usr/local/bin/runts' };

/** runc as this machine has it. */
export const REFERENCE: Runtime = {
  name: 'reference',
  path: spawnSync('sh', ['-c', 'command -v runc'], { encoding: 'utf8' }).stdout.trim(),
};

/** runts and, for comparison, runc: not where a client gives each container a limit that cannot be kept, which ends runc. */
export function runtimes(...controllers: ('cpu' | 'memory' | 'pids')[]): Runtime[] {
  const compared = lacking('runc') === undefined && controllers.every((name) => lacking(name) === undefined);
  return compared ? [RUNTIME, REFERENCE] : [RUNTIME];
}
