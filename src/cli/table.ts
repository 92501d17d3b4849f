import { flagTable } from './flags.ts';
import type { Flag, FlagTable } from './flags.ts';
import { IMAGE, RUN_IMAGE_FLAGS } from './table-image.ts';
import type { Group, Verb } from './verb.ts';

/**
 * The command line, once: parsing, help, man pages and completion are made from this table. Names and meanings are
 * those of runc; what is runts' own says so.
 */
export const GLOBAL_FLAGS: readonly Flag[] = [
  { name: 'root', kind: 'text', value: 'DIR', about: 'directory of container states; should lie on tmpfs' },
  {
    name: 'log',
    kind: 'text',
    value: 'FILE',
    about: 'append errors and warnings to FILE, also written file:FILE',
  },
  {
    name: 'log-format',
    kind: 'text',
    value: 'FORMAT',
    choices: ['text', 'json'],
    about: 'format of the log: text (the default) or json',
  },
  {
    name: 'log-level',
    kind: 'text',
    value: 'LEVEL',
    choices: ['error', 'warning', 'debug'],
    about: 'least level that is logged: error, warning or debug',
  },
  {
    name: 'debug',
    kind: 'bool',
    about: 'log what is found out and every step with its time, and the stack of an error',
  },
  { name: 'systemd-cgroup', kind: 'bool', about: 'make cgroups through systemd' },
  {
    name: 'cgroup-manager',
    kind: 'text',
    value: 'NAME',
    choices: ['cgroupfs', 'systemd', 'disabled'],
    about: 'cgroupfs (the default), systemd or disabled',
  },
  {
    name: 'rootless',
    kind: 'text',
    value: 'WHETHER',
    choices: ['true', 'false', 'auto'],
    about: 'ignore cgroup permission errors: true, false or auto',
  },
  { name: 'version', short: 'v', kind: 'bool', about: 'print the version' },
  { name: 'help', short: 'h', kind: 'bool', about: 'print this help' },
];

const HELP: Flag = { name: 'help', short: 'h', kind: 'bool', about: 'print the help of this command' };
const BUNDLE: Flag = {
  name: 'bundle',
  short: 'b',
  kind: 'text',
  value: 'DIR',
  about: 'bundle directory; the current one by default',
};
const CONFIG: Flag = {
  name: 'config',
  short: 'f',
  kind: 'text',
  value: 'FILE',
  about: 'config to use in place of the config.json of the bundle',
};
const PID_FILE: Flag = {
  name: 'pid-file',
  kind: 'text',
  value: 'FILE',
  about: 'write the pid of the process to FILE',
};
const DETACH: Flag = {
  name: 'detach',
  short: 'd',
  kind: 'bool',
  about: 'do not wait for the process to end',
};
const TRACE: Flag = {
  name: 'trace',
  kind: 'text',
  value: 'FILE',
  about: 'write a Chrome trace of every step to FILE',
};
const CONSOLE_SOCKET: Flag = {
  name: 'console-socket',
  kind: 'text',
  value: 'SOCKET',
  about: 'unix socket that gets the master of the terminal',
};
const PIDFD_SOCKET: Flag = {
  name: 'pidfd-socket',
  kind: 'text',
  value: 'SOCKET',
  about: 'unix socket that gets a pidfd of the process',
};
const PRESERVE_FDS: Flag = {
  name: 'preserve-fds',
  kind: 'integer',
  value: 'N',
  about: 'pass N more descriptors, after stdio and those of LISTEN_FDS',
};
const REGEX: Flag = {
  name: 'regex',
  short: 'r',
  kind: 'bool',
  about: 'take the id for a regular expression, and do it to all containers that match',
};
const FORMAT: Flag = {
  name: 'format',
  short: 'f',
  kind: 'text',
  value: 'FORMAT',
  choices: ['table', 'json'],
  about: 'table (the default) or json',
};

const CREATE: readonly Flag[] = [
  BUNDLE,
  CONFIG,
  CONSOLE_SOCKET,
  PIDFD_SOCKET,
  PID_FILE,
  {
    name: 'no-pivot',
    kind: 'bool',
    about: 'MS_MOVE and chroot in place of pivot_root, for a root on a ramdisk',
  },
  { name: 'no-new-keyring', kind: 'bool', about: 'keep the session keyring of the caller' },
  PRESERVE_FDS,
  TRACE,
];

const ID = '<container-id>';
const one = { min: 1, max: 1 } as const;
const none = { min: 0, max: 0 } as const;
const any = { min: 0, max: Number.POSITIVE_INFINITY } as const;
const many = { min: 1, max: Number.POSITIVE_INFINITY } as const;

function text(name: string, about: string, value = 'VALUE'): Flag {
  return { name, kind: 'text', value, about };
}

/** Rows of the table: what the first word of a command may be. */
export const COMMANDS: readonly (Verb | Group)[] = [
  {
    name: 'completion',
    about: 'print the completion of a shell: bash, zsh or fish',
    usage: '<shell>',
    details: ['For bash: source <(runts completion bash). For fish: runts completion fish | source.'],
    arguments: one,
    flags: [],
    load: () => import('./verbs/completion.ts'),
  },
  {
    name: 'create',
    about: 'create a container',
    usage: ID,
    details: ['The container is made from the bundle and waits; `start` executes its program.'],
    arguments: one,
    flags: CREATE,
    load: () => import('./verbs/create.ts'),
  },
  {
    name: 'checkpoint',
    about: 'not supported: it would save a running container with CRIU',
    usage: ID,
    arguments: any,
    loose: true,
    flags: [],
    load: () => import('./verbs/checkpoint.ts'),
  },
  {
    name: 'delete',
    about: 'delete a container and all that it holds',
    usage: ID,
    arguments: one,
    flags: [
      {
        name: 'force',
        short: 'f',
        kind: 'bool',
        about: 'kill it first (SIGKILL); a missing container is fine',
      },
      REGEX,
    ],
    load: () => import('./verbs/delete.ts'),
  },
  {
    name: 'doctor',
    about: 'try what this machine can do for containers, and say what follows',
    usage: '',
    details: [
      'It tries kernel features, cgroups, mounts, overlayfs, user namespaces and security modules rather than look at versions,',
      'changes nothing and leaves nothing behind. The exit status is 0 where containers can run, else 1.',
    ],
    arguments: none,
    flags: [{ name: 'json', kind: 'bool', about: 'print the findings as JSON' }],
    load: () => import('./verbs/doctor.ts'),
  },
  {
    name: 'events',
    about: 'print statistics and out-of-memory events of a container, one JSON document a line',
    usage: ID,
    arguments: one,
    flags: [
      { name: 'interval', kind: 'duration', value: 'TIME', about: 'time between statistics, 5s by default' },
      { name: 'stats', kind: 'bool', about: 'print the statistics once and end' },
    ],
    load: () => import('./verbs/events.ts'),
  },
  {
    name: 'exec',
    about: 'execute a further process in a container',
    usage: `${ID} <command> [args...] | --process FILE ${ID}`,
    arguments: many,
    stopAtFirst: true,
    failureCode: 255,
    flags: [
      CONSOLE_SOCKET,
      PIDFD_SOCKET,
      text('cwd', 'working directory in the container', 'DIR'),
      { name: 'env', short: 'e', kind: 'texts', value: 'NAME=VALUE', about: 'set an environment variable' },
      { name: 'tty', short: 't', kind: 'bool', about: 'give the process a terminal' },
      { name: 'user', short: 'u', kind: 'text', value: 'UID[:GID]', about: 'user and group, as numbers' },
      {
        name: 'additional-gids',
        short: 'g',
        kind: 'integers',
        value: 'GID',
        about: 'add a supplementary group',
      },
      { name: 'process', short: 'p', kind: 'text', value: 'FILE', about: 'read the process from FILE' },
      DETACH,
      PID_FILE,
      text('process-label', 'SELinux label of the process', 'LABEL'),
      text('apparmor', 'AppArmor profile of the process', 'PROFILE'),
      { name: 'no-new-privs', kind: 'bool', about: 'set no_new_privs for the process' },
      { name: 'cap', short: 'c', kind: 'texts', value: 'CAP', about: 'add a capability' },
      PRESERVE_FDS,
      { name: 'cgroup', kind: 'texts', value: 'PATH', about: "cgroup below the container's own" },
      { name: 'ignore-paused', kind: 'bool', about: 'allow it in a paused container' },
      TRACE,
    ],
    load: () => import('./verbs/exec.ts'),
  },
  {
    name: 'features',
    about: 'print what the runtime supports, as JSON',
    usage: '',
    arguments: none,
    flags: [],
    load: () => import('./verbs/features.ts'),
  },
  IMAGE,
  {
    name: 'kill',
    about: 'send a signal (SIGTERM by default) to the init process of a container',
    usage: `${ID} [signal]`,
    arguments: { min: 1, max: 2 },
    stopAtFirst: true,
    flags: [
      { name: 'all', short: 'a', kind: 'bool', about: 'do not fail where nothing runs', hidden: true },
      REGEX,
    ],
    load: () => import('./verbs/kill.ts'),
  },
  {
    name: 'list',
    about: 'list the containers of the root directory',
    usage: '',
    arguments: none,
    flags: [FORMAT, { name: 'quiet', short: 'q', kind: 'bool', about: 'print ids only' }],
    load: () => import('./verbs/list.ts'),
  },
  {
    name: 'mounts',
    about: 'make the mounts of a JSON file in a running container, or take them away',
    usage: '[add|remove] <container-id> <file>',
    details: [
      'The file holds an array as `mounts` of config.json does; of those to take away the destinations count.',
    ],
    arguments: { min: 3, max: 3 },
    flags: [],
    load: () => import('./verbs/mounts.ts'),
  },
  {
    name: 'pause',
    about: 'suspend all processes of a container',
    usage: ID,
    arguments: one,
    flags: [],
    load: () => import('./verbs/pause.ts'),
  },
  {
    name: 'plan',
    about: 'print every step that create and start would make, and what asked for it',
    usage: '[container-id]',
    details: ['It reads config.json alone, needs no privilege and changes nothing.'],
    arguments: { min: 0, max: 1 },
    flags: [BUNDLE, CONFIG, { name: 'json', kind: 'bool', about: 'print the plan as JSON' }],
    load: () => import('./verbs/plan.ts'),
  },
  {
    name: 'ps',
    about: 'list the processes of a container',
    usage: `${ID} [ps options]`,
    arguments: many,
    stopAtFirst: true,
    flags: [FORMAT],
    load: () => import('./verbs/ps.ts'),
  },
  {
    name: 'restore',
    about: 'not supported: it would restore a container with CRIU',
    usage: ID,
    arguments: any,
    loose: true,
    flags: [],
    load: () => import('./verbs/checkpoint.ts'),
  },
  {
    name: 'resume',
    about: 'resume all processes of a paused container',
    usage: ID,
    arguments: one,
    flags: [],
    load: () => import('./verbs/resume.ts'),
  },
  {
    name: 'run',
    about: 'create and start a container, and wait for its end',
    usage: `${ID} | --image IMAGE [--name ID] [--] [args...]`,
    details: [
      'With --image the container is made from an image of the store, and the arguments take the place of those that it has.',
      'Flags end at the first argument then.',
    ],
    arguments: one,
    variant: { flag: 'image', arguments: any },
    flags: [
      ...CREATE,
      DETACH,
      { name: 'keep', kind: 'bool', about: 'do not delete the container at its end' },
      { name: 'no-subreaper', kind: 'bool', about: 'do not reap orphaned processes' },
      ...RUN_IMAGE_FLAGS,
    ],
    load: () => import('./verbs/run.ts'),
  },
  {
    name: 'spec',
    about: 'write a config.json to begin with',
    usage: '',
    arguments: none,
    flags: [BUNDLE, { name: 'rootless', kind: 'bool', about: 'for a runtime without privilege' }],
    load: () => import('./verbs/spec.ts'),
  },
  {
    name: 'start',
    about: 'execute the program of a created container',
    usage: ID,
    arguments: one,
    flags: [TRACE],
    load: () => import('./verbs/start.ts'),
  },
  {
    name: 'state',
    about: 'print the state of a container as JSON',
    usage: ID,
    arguments: one,
    flags: [],
    load: () => import('./verbs/state.ts'),
  },
  {
    name: 'update',
    about: 'change the resource limits of a container',
    usage: ID,
    arguments: one,
    flags: [
      {
        name: 'resources',
        short: 'r',
        kind: 'text',
        value: 'FILE',
        about: 'read linux.resources from FILE (- is standard input); other flags are ignored',
      },
      { name: 'blkio-weight', kind: 'integer', value: 'WEIGHT', about: 'I/O weight, 10 to 1000' },
      text('cpu-period', 'CPU period, in microseconds'),
      text('cpu-quota', 'CPU time a period, in microseconds'),
      text('cpu-burst', 'CPU time that may be saved up, in microseconds'),
      text('cpu-share', 'CPU shares, 2 to 262144'),
      text('cpu-rt-period', 'realtime period, in microseconds'),
      text('cpu-rt-runtime', 'realtime time a period, in microseconds'),
      text('cpuset-cpus', 'CPUs to use, such as 0-3,7', 'LIST'),
      text('cpuset-mems', 'memory nodes to use, such as 0,1', 'LIST'),
      { name: 'kernel-memory', kind: 'text', value: 'VALUE', about: 'ignored', hidden: true },
      { name: 'kernel-memory-tcp', kind: 'text', value: 'VALUE', about: 'ignored', hidden: true },
      text('memory', 'memory limit, in bytes or with a suffix such as 64m; -1 is none', 'SIZE'),
      text('cpu-idle', '1 for SCHED_IDLE, else 0'),
      text('memory-reservation', 'memory that is kept under pressure', 'SIZE'),
      text('memory-swap', 'memory and swap together; -1 is no limit', 'SIZE'),
      { name: 'pids-limit', kind: 'integer', value: 'N', about: 'most tasks; -1 is no limit' },
      text('l3-cache-schema', 'Intel RDT L3 cache schema'),
      text('mem-bw-schema', 'Intel RDT memory bandwidth schema'),
    ],
    load: () => import('./verbs/update.ts'),
  },
];

/** All verbs, those of groups among them. */
export const VERBS: readonly Verb[] = COMMANDS.flatMap((command) =>
  'verbs' in command ? command.verbs : command,
);

export const GROUPS: readonly Group[] = COMMANDS.filter((command) => 'verbs' in command);

/** Flags of a verb, with those that every verb has. */
export function flagsOf(verb: Verb): readonly Flag[] {
  return [...verb.flags, HELP];
}

export const GLOBAL_TABLE: FlagTable = flagTable(GLOBAL_FLAGS);
export const GROUP_TABLE: FlagTable = flagTable([HELP]);

const BY_NAME: ReadonlyMap<string, Verb | Group> = new Map(
  [...VERBS, ...GROUPS].map((row) => [row.name, row]),
);
const TABLES: ReadonlyMap<Verb, FlagTable> = new Map(VERBS.map((verb) => [verb, flagTable(flagsOf(verb))]));

/** A verb by its whole name, or a group. */
export function commandNamed(name: string): Verb | Group | undefined {
  return BY_NAME.get(name);
}

/** The flags of a verb as they are looked up. */
export function flagTableOf(verb: Verb): FlagTable {
  return TABLES.get(verb) ?? flagTable(flagsOf(verb));
}
