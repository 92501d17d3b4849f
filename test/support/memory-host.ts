import { HostError } from '../../src/host/host.ts';
import type {
  Host,
  HostFiles,
  HostLock,
  HostObserver,
  HostProcesses,
  ExecuteOutcome,
  ObserveOptions,
} from '../../src/host/host.ts';
import type { CapabilityName } from '../../src/plan/numbers.ts';

export interface MemoryHostOptions {
  readonly name?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly isSetId?: boolean;
  readonly capabilities?: readonly CapabilityName[];
  /** Paths that may be written; all of them by default. */
  readonly writable?: (path: string) => boolean;
  /** Paths that belong to another user; none by default. */
  readonly foreign?: (path: string) => boolean;
  readonly openDescriptors?: readonly number[];
  /** What the probe program prints. */
  readonly probed?: string;
  readonly observe?: (wanted: ObserveOptions) => HostObserver;
  readonly execute?: (plan: string) => ExecuteOutcome;
}

export interface MemoryHost extends Host {
  /** Texts of files by absolute path. */
  readonly tree: Map<string, string>;
  readonly directories: Set<string>;
  /** Paths that are locked by somebody else. */
  readonly taken: Set<string>;
  readonly written: { out: string; err: string };
}

/** A machine in memory: the Host interface without Linux below it. */
export function memoryHost(options: MemoryHostOptions = {}): MemoryHost {
  const tree = new Map<string, string>();
  const directories = new Set<string>(['/']);
  const taken = new Set<string>();
  const written = { out: '', err: '' };
  return {
    tree,
    directories,
    taken,
    written,
    files: memoryFiles(tree, directories, {
      taken,
      writable: options.writable ?? (() => true),
      foreign: options.foreign ?? (() => false),
      uid: options.uid ?? 0,
    }),
    processes: memoryProcesses(options),
    terminal: {
      isTerminal: () => false,
      size: () => undefined,
      relay: async () => {},
      onSignals: () => ({ release: () => {} }),
    },
    self: {
      args: options.args ?? [],
      name: options.name ?? 'runts',
      variable: (name) => options.env?.[name],
      cwd: options.cwd ?? '/bundle',
      uid: options.uid ?? 0,
      gid: options.uid ?? 0,
      isSetId: options.isSetId ?? false,
      pid: 100,
      capabilities: () => [...(options.capabilities ?? ['CAP_CHOWN', 'CAP_KILL', 'CAP_SYS_ADMIN'])],
      isOpen: (fd) => (options.openDescriptors ?? [0, 1, 2]).includes(fd),
      now: () => 1_795_305_600_120_000,
      sleep: async () => {},
      out: (text) => void (written.out += text),
      err: (text) => void (written.err += text),
      seccomp: {
        version: () => '2.6.0',
        api: () => 7,
        knowsArchitecture: (name) => name !== 'sheb',
        takesFlags: (flags) => flags !== 32,
      },
    },
  };
}

function notHere(): never {
  throw new HostError('ENOSYS', 'execute', 'not on this machine');
}

function memoryProcesses({ execute, observe, probed }: MemoryHostOptions): HostProcesses {
  return {
    execute: async (plan) => execute?.(plan) ?? notHere(),
    becomeSubreaper: () => {},
    reapOrphans: () => {},
    capture: async () => notHere(),
    sendDescriptor: notHere,
    openPidfd: notHere,
    closeDescriptor: () => {},
    askSystemd: async () => notHere(),
    forwardNotify: async () => {},
    observe: observe ?? notHere,
    probe: async () => probed ?? notHere(),
  };
}

function missing(syscall: string, path: string): never {
  throw new HostError('ENOENT', syscall, `${path}: no such file or directory (${syscall}: ENOENT)`);
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

interface Surroundings {
  readonly taken: ReadonlySet<string>;
  readonly writable: (path: string) => boolean;
  readonly foreign: (path: string) => boolean;
  readonly uid: number;
}

function memoryFiles(
  tree: Map<string, string>,
  directories: Set<string>,
  { taken, writable, foreign, uid }: Surroundings,
): HostFiles {
  const makeParents = (path: string): void => {
    if (directories.has(path)) return;
    makeParents(parentOf(path));
    directories.add(path);
  };
  const kind = (path: string): ReturnType<HostFiles['kind']> => {
    if (tree.has(path)) return 'file';
    return directories.has(path) ? 'directory' : 'missing';
  };
  const lock = (path: string): HostLock => {
    if (!directories.has(parentOf(path))) missing('open', path);
    return { release: () => {} };
  };
  const removeTree = (path: string): void => {
    const inside = (entry: string): boolean => entry === path || entry.startsWith(`${path}/`);
    for (const file of [...tree.keys()].filter(inside)) tree.delete(file);
    for (const directory of [...directories].filter(inside)) directories.delete(directory);
  };
  return {
    readText: (path) => tree.get(path) ?? missing('open', path),
    replace: (path, text) => void tree.set(path, text),
    write: (path, text) => void (tree.has(path) ? tree.set(path, text) : missing('open', path)),
    append: (path, text) => void tree.set(path, (tree.get(path) ?? '') + text),
    makeDirectory: (path, _mode, parents) => {
      if (parents === true) return makeParents(path);
      if (directories.has(path))
        throw new HostError('EEXIST', 'mkdir', `${path}: file exists (mkdir: EEXIST)`);
      if (!directories.has(parentOf(path))) missing('mkdir', path);
      directories.add(path);
    },
    removeTree,
    discardTree: async (path) => removeTree(path),
    removeFile: (path) => void tree.delete(path),
    list: (path) => {
      if (!directories.has(path)) missing('open', path);
      const entries = [...tree.keys(), ...directories].filter(
        (entry) => entry !== '/' && parentOf(entry) === path,
      );
      return entries.map((entry) => entry.slice(entry.lastIndexOf('/') + 1));
    },
    exists: (path) => kind(path) !== 'missing',
    kind,
    ownerOf: () => uid,
    isForeign: (path) => foreign(path),
    mayWrite: writable,
    realPath: (path) => path,
    fileSystem: (path) => (path === '/sys/fs/cgroup' ? 0x63677270 : undefined),
    tryLock: (path) => (taken.has(path) ? undefined : lock(path)),
    lock: async (path, wait) => (taken.has(path) && !wait ? undefined : lock(path)),
  };
}
