import type { Process } from '../spec/types.ts';
import { onHost, onInit, section } from './context.ts';
import type { CreateOptions } from './facts.ts';
import type { Groups } from './groups.ts';
import { cleanPath } from './paths.ts';
import { unsupported } from './refuse.ts';
import type { Step } from './steps.ts';

/** execvp(3) without PATH. */
const DEFAULT_PATH = '/bin:/usr/bin';
const DEFAULT_UMASK = 0o022;

/** The environment of the program, as execve(2) gets it. */
export interface Environment {
  readonly variables: readonly string[];
  /** True where init looks HOME up in the container's /etc/passwd. */
  readonly addHome: boolean;
  /** Where the program is looked for. */
  readonly path: string;
}

/** The last of several values wins, and an empty HOME is none: as runc does it. */
export function environmentOf(process: Process, added: readonly string[]): Environment {
  const all = [...(process.env ?? []), ...added];
  const last = new Map(all.map((variable, at) => [nameOf(variable), at]));
  const variables = all.filter((variable, at) => last.get(nameOf(variable)) === at && variable !== 'HOME=');
  const path = variables.find((variable) => variable.startsWith('PATH='))?.slice('PATH='.length);
  return {
    variables,
    addHome: !variables.some((variable) => variable.startsWith('HOME=')),
    path: path ?? DEFAULT_PATH,
  };
}

function nameOf(variable: string): string {
  return variable.split('=', 1)[0] ?? '';
}

/** What the command adds: socket activation (sd_listen_fds(3)) and readiness (sd_notify(3)). */
export function addedVariables({
  options,
}: {
  readonly options: Pick<CreateOptions, 'notify' | 'listenFds'>;
}): string[] {
  const variables = options.notify === undefined ? [] : [`NOTIFY_SOCKET=${options.notify}/notify.sock`];
  if (!options.listenFds) return variables;
  return [...variables, `LISTEN_FDS=${options.listenFds}`, 'LISTEN_PID=1'];
}

export interface ConsoleSteps {
  readonly prepare: readonly Step[];
  readonly steps: readonly Step[];
}

/** A terminal of the container's own devpts; `mount` also puts it at /dev/console. */
export function consoleSteps(
  process: Process,
  options: Pick<CreateOptions, 'consoleSocket'>,
  place: { mount: boolean; slot: () => number },
): ConsoleSteps {
  if (process.terminal !== true) return { prepare: [], steps: [] };
  const because = '/process/terminal';
  const { width = 0, height = 0 } = process.consoleSize ?? {};
  const slot = options.consoleSocket === undefined ? 0 : place.slot();
  const path = place.mount ? '/dev/console' : '';
  const terminal = onInit(because, { kind: 'console', slot, width, height, mount: place.mount, path });
  if (options.consoleSocket === undefined) return { prepare: [], steps: [terminal] };
  return {
    prepare: [onHost(because, { kind: 'connect', path: options.consoleSocket, slot })],
    steps: [terminal],
  };
}

export function cwdCreateSteps({ cwd }: Process): Step[] {
  const path = cleanPath(cwd);
  return path === '/' ? [] : [onInit('/process/cwd', { kind: 'cwd-create', path })];
}

export function umaskStep(process: Process): Step {
  const because = section({ process }, '/process/user/umask');
  return onInit(because, { kind: 'umask', mode: process.user.umask ?? DEFAULT_UMASK });
}

/** Labels take effect at execve, and need a procfs that nobody can have prepared. */
export function labelSteps({ apparmorProfile, selinuxLabel }: Process): Step[] {
  const steps: Step[] = [];
  if (apparmorProfile)
    steps.push(onInit('/process/apparmorProfile', { kind: 'apparmor', profile: apparmorProfile }));
  if (selinuxLabel) steps.push(onInit('/process/selinuxLabel', { kind: 'selinux', label: selinuxLabel }));
  return steps;
}

/** Only where a label is to be written there: it costs a superblock. */
export function procfsStep({ apparmorProfile, selinuxLabel }: Process): Step[] {
  if (apparmorProfile) return [onInit('/process/apparmorProfile', { kind: 'procfs' })];
  return selinuxLabel ? [onInit('/process/selinuxLabel', { kind: 'procfs' })] : [];
}

/**
 * From here on the process is the config's user. The directory comes after the user, with capabilities still in
 * force: it may be open to only one of the two (a volume of the user's on NFS, a root-owned 0700).
 */
export function userSteps(process: Process, groups: Groups): Step[] {
  const { uid, gid, additionalGids = [] } = process.user;
  if (groups === 'denied' && additionalGids.length > 0) {
    throw unsupported(
      '/process/user/additionalGids',
      'nobody may set groups in this user namespace (setgroups is denied in it)',
      'leave them out, or have groups mapped by newgidmap: more than the own one in linux.gidMappings',
    );
  }
  const quiet =
    process.noNewPrivileges === true
      ? [onInit('/process/noNewPrivileges', { kind: 'no-new-privileges' })]
      : [];
  return [
    ...quiet,
    onInit('/process/user', { kind: 'user', uid, gid, groups: additionalGids, setGroups: groups === 'set' }),
    onInit('/process/cwd', { kind: 'cwd', path: process.cwd }),
  ];
}

/** As the user and with his rights only, so that what he may not execute is found out before `created`. */
export function findStep(process: Process, environment: Environment): Step {
  return onInit('/process/args/0', {
    kind: 'find-executable',
    name: process.args[0] ?? '',
    path: environment.path,
  });
}

export function executeStep(process: Process, environment: Environment): Step {
  const { variables, addHome } = environment;
  return onInit('/process/args', {
    kind: 'execve',
    args: process.args,
    env: variables,
    addHome,
    uid: process.user.uid,
  });
}
