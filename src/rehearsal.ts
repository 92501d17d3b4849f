/**
 * Usual commands on a machine that is made up. The standalone executable runs each once, while it is built, to learn what of
 * its memory such a command writes to (native/quickjs/image.h).
 */
import { formatSaved, outlineOf, VERSION } from './container/saved.ts';
import type { Creation } from './container/saved.ts';
import type { CoreOutcome } from './host/core.ts';
import { HostError } from './host/host.ts';
import type { Native } from './host/quickjs-native.ts';
import { CAPABILITY_NAMES } from './plan/numbers.ts';
import { SPEC_VERSION } from './spec/default.ts';
import { READER, SPEC } from './spec/faultless.ts';
import type { Spec } from './spec/types.ts';

/**
 * Has the functions of a machine answer as one that is made up, with containers of a config (its text), and prepares one of
 * the commands on it. What this gives runs `command`: a promise of its exit status, 0.
 */
export function rehearse(
  verb: keyof typeof COMMANDS,
  config: string,
  native: Partial<Native>,
  command: () => Promise<number>,
): () => Promise<number> {
  const complaints: string[] = [];
  answerFor(native, machine(filesOf(config), COMMANDS[verb], complaints));
  native.readJson ??= (text, apart) => READER.parse(text, apart);
  native.walk ??= (value) => READER.walk(value, SPEC);
  return async () => {
    const status = await command();
    if (status !== 0 || complaints.length > 0) throw new Error(`${verb}: ${complaints.join('')}`);
    return status;
  };
}

/** As callers begin their commands. */
const RUNTS = ['runts', '--root', '/run/runts'];

const COMMANDS = {
  run: [...RUNTS, 'run', '--bundle', '/bundle', 'new'],
  create: [...RUNTS, 'create', '--bundle', '/bundle', 'new'],
  start: [...RUNTS, 'start', 'rehearsal'],
  exec: [...RUNTS, 'exec', 'rehearsal', 'true'],
  state: [...RUNTS, 'state', 'rehearsal'],
  kill: [...RUNTS, 'kill', 'rehearsal', 'KILL'],
  delete: [...RUNTS, 'delete', 'ended'],
};

/** The verbs. */
export const rehearsed = Object.keys(COMMANDS);

/** What asks nothing of a machine is as it is, where it is there. */
type Machine = Omit<Native, 'readJson' | 'walk'>;

type Answer = (...args: unknown[]) => unknown;

/** Each looks the function up in whose place it answers: the engine counts references to functions, too. */
function answerFor(native: Partial<Native>, answers: Machine): void {
  const real = { ...native };
  for (const [name, answer] of Object.entries(answers) as [string, Answer][]) {
    const standIn: Answer = (...args) => {
      Reflect.get(real, name);
      return answer(...args);
    };
    Object.assign(native, { [name]: standIn });
  }
}

type Files = ReadonlyMap<string, string>;

/** What is there to read. */
function filesOf(config: string): Files {
  const made = creation(JSON.parse(config) as Spec);
  return new Map([
    ['/bundle/config.json', config],
    ['/sys/fs/cgroup/cgroup.controllers', 'cpuset cpu io memory hugetlb pids rdma misc\n'],
    ['/proc/self/cgroup', '0::/\n'],
    ['/proc/self/uid_map', '         0          0 4294967295\n'],
    ['/run/runts/rehearsal/state.json', formatSaved(outlineOf(made))],
    ['/run/runts/rehearsal/container.json', formatSaved(made)],
    ['/run/runts/rehearsal/start.sock', ''],
    ['/run/runts/ended/state.json', formatSaved(outlineOf({ ...made, id: 'ended', pid: 3 }))],
    ['/proc/2/stat', `2 (sh) S ${'0 '.repeat(18)}4 0`],
  ]);
}

const CGROUP2 = 0x63677270;

const nothing = (): void => {};
const no = (): boolean => false;

function creation(spec: Spec): Creation {
  return {
    version: VERSION,
    ociVersion: SPEC_VERSION,
    id: 'rehearsal',
    bundle: '/bundle',
    rootfs: '/bundle/rootfs',
    created: '2000-01-01T00:00:00.000000Z',
    owner: 0,
    phase: 'created',
    pid: 2,
    startTime: 4,
    cgroup: { root: '/sys/fs/cgroup', path: '/runts/rehearsal', inode: 5 },
    startSocket: 'start.sock',
    spec,
    facts: {
      id: 'rehearsal',
      bundle: '/bundle',
      stateDirectory: '/run/runts/rehearsal',
      seccompCache: '/run/runts/~seccomp',
      cgroup: undefined,
      grantable: CAPABILITY_NAMES,
      uid: 0,
    },
    noNewKeyring: false,
    startSteps: [],
    stepsBefore: 0,
  };
}

/** A value as a machine makes it, which looks the names of properties up. */
const given = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

function machine(files: Files, words: string[], complaints: string[]): Machine {
  const readText = (source: string | number): string => textOf(files, source);
  const made: CoreOutcome = { ok: true, pid: 3, pidfd: 3, startTime: 4, cgroupInode: '5' };
  return {
    execute: (_plan, options) => {
      given(options);
      return Promise.resolve(given(made));
    },
    wait: () => Promise.resolve(given({ code: 0 })),
    sendSignal: nothing,
    openPidfd: () => 3,
    closeDescriptor: nothing,
    becomeSubreaper: nothing,
    reapOrphans: nothing,
    sendDescriptor: nothing,
    forwardNotify: () => Promise.resolve(),
    tryLock: () => 4,
    lock: () => Promise.resolve(4),
    seccompVersion: () => '2.5.4',
    seccompApi: () => 6,
    seccompKnowsArchitecture: () => true,
    seccompTakesFlags: () => true,
    findProgram: () => 5,
    probe: () => Promise.resolve(''),
    askSystemd: () => Promise.resolve([]),
    observe: () => undefined as never,
    nextNotice: () => Promise.resolve(undefined),
    finishObserver: nothing,
    closeObserver: nothing,
    isTerminal: no,
    terminalSize: () => undefined,
    relay: () => Promise.resolve(),
    copyTerminalSize: nothing,
    readText,
    replace: nothing,
    write: nothing,
    append: nothing,
    makeDirectory: nothing,
    removeTree: nothing,
    discardTree: () => Promise.resolve(),
    removeFile: nothing,
    list: () => [],
    exists: (path) => files.has(path),
    mayWrite: () => true,
    kind: () => 'directory',
    ownerOf: () => 0,
    realPath: (path) => path,
    fileSystem: (path) => (path === '/sys/fs/cgroup' ? CGROUP2 : undefined),
    become: nothing,
    capture: () => ({ status: 0, stdout: '', stderr: '' }),
    onSignals: nothing,
    offSignals: nothing,
    arguments: () => words,
    variable: () => undefined,
    directory: () => '/',
    ids: () => [1, 0, 0, 0, 0],
    capabilities: () => CAPABILITY_NAMES.map((_name, number) => number),
    isInherited: no,
    now: () => 0,
    sleep: () => Promise.resolve(),
    say: (fd, text) => {
      if (fd === 2) complaints.push(text);
    },
    prepare: no,
  };
}

function textOf(files: Files, source: string | number): string {
  const text = files.get(String(source));
  if (text === undefined)
    throw new HostError('ENOENT', 'open', `${source}: no such file or directory (open: ENOENT)`);
  return text;
}
