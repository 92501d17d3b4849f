import type { CapabilityName } from '../plan/numbers.ts';

/**
 * What runts asks of the machine, for Node, for the standalone executable and for tests. Everything else under
 * src/{spec,plan,container,cgroup,cli} is pure. File calls are synchronous: state files are small and lie on tmpfs.
 */
export interface Host {
  readonly files: HostFiles;
  readonly processes: HostProcesses;
  readonly terminal: HostTerminal;
  readonly self: HostSelf;
  /** Where the machine looks at a document quicker than TypeScript does. */
  readonly reader?: HostReader;
}

/** As Reader of src/spec/faultless.ts. */
export interface HostReader {
  parse(
    text: string,
    apart?: string,
  ): { readonly value: unknown; readonly keys: number; readonly apart?: string } | undefined;
  walk(
    value: unknown,
    shape: { readonly bytes: Uint8Array },
  ): { readonly keys: number; readonly due: unknown[] } | undefined;
  /** A descriptor of the program that a plan has kept in a directory for a section of this text; undefined without one. */
  findProgram(directory: string, section: string): number | undefined;
}

/** A call of the machine failed; `errno` is its name, such as `ENOENT`. */
export class HostError extends Error {
  readonly errno: string;
  readonly syscall: string;

  constructor(errno: string, syscall: string, message: string) {
    super(message);
    this.name = 'HostError';
    this.errno = errno;
    this.syscall = syscall;
  }
}

/** What {@link HostFiles.readText} reads at most where it is not told, bytes. */
export const TEXT_LIMIT = 16 * 1024 * 1024;

/** Every function throws {@link HostError}. Paths are strings; modes are as in chmod(2). */
export interface HostFiles {
  /** Whole file as UTF-8; EFBIG above `limit` bytes (default {@link TEXT_LIMIT}). `fd:0` reads standard input. */
  readText(path: string, limit?: number): string;
  /** Replaces the file in one step: a new file beside it (O_EXCL), then rename(2). */
  replace(path: string, text: string, mode: number): void;
  /** One write(2) to an existing file, such as one of a cgroup. */
  write(path: string, text: string): void;
  /** Appends a text, creating the file (0644). */
  append(path: string, text: string): void;
  makeDirectory(path: string, mode: number, parents?: boolean): void;
  /** Removes a directory and what is in it, following no symbolic link; a missing one is fine. */
  removeTree(path: string): void;
  /**
   * The same for a tree that may be large: on a thread where the host has them. From the beginning on nothing is there by that name, and
   * others may use it; what cannot be removed comes back to it.
   */
  discardTree(path: string): Promise<void>;
  removeFile(path: string): void;
  list(path: string): string[];
  exists(path: string): boolean;
  /** `missing` also where a parent is missing. */
  kind(path: string): 'file' | 'directory' | 'symlink' | 'other' | 'missing';
  ownerOf(path: string): number;
  /** True for a path, itself and no symbolic link, that belongs to another user than this process; a missing one does not. */
  isForeign(path: string): boolean;
  /** access(2) with W_OK; false also where the path is missing. */
  mayWrite(path: string): boolean;
  realPath(path: string): string;
  /** f_type of statfs(2), such as 0x63677270 for cgroup2; undefined where the path is missing. */
  fileSystem(path: string): number | undefined;
  /** Exclusive flock(2) on a file (created 0600); undefined if it is taken. */
  tryLock(path: string): HostLock | undefined;
  /** The same for who lets others have their turn meanwhile; waits for one that is taken unless told not to. */
  lock(path: string, wait: boolean): Promise<HostLock | undefined>;
}

export interface HostLock {
  release(): void;
}

/** What a plan gets beside its bytes. */
export interface ExecuteOptions {
  /** Descriptors of this process that become 0, 1 and 2 of the container's program; -1 is /dev/null. */
  readonly stdio: readonly [number, number, number];
  /** Descriptors of this process that become 3, 4, ... of the container's program. */
  readonly preserve: readonly number[];
  /** Time every step. */
  readonly trace: boolean;
  /** Of the machine: what calls the execution off, so that it fails and is undone. */
  readonly cancel?: object;
}

export type ExecuteOutcome = ExecuteSuccess | ExecuteFailure;

export interface ExecuteSuccess {
  readonly ok: true;
  /** The container's process, if the plan made one. */
  readonly process?: HostProcess;
  /** Inode number of the cgroup that the plan has opened last; one that comes after it has another. */
  readonly cgroupInode?: number | bigint;
  /** Master of the terminal, if the plan has a console for the host itself. */
  readonly console?: number;
  /** Two numbers a step, begin and end, microseconds since the epoch; 0 for a step that did not run. */
  readonly times?: readonly number[];
}

export interface ExecuteFailure {
  readonly ok: false;
  /** Index (from 0) of the failed step; -1 where the executor itself failed. */
  readonly step: number;
  /** Name of the error number. */
  readonly errno: string;
  /** The call with its arguments. */
  readonly call: string;
  /** What the kernel or a hook said beside it; empty if nothing. */
  readonly detail: string;
  /** True where `step` counts in the plan of create, of which init runs the tail at start. */
  readonly ofCreate?: boolean;
  readonly times?: readonly number[];
}

export interface HostProcess {
  readonly pid: number;
  /** proc_pid_stat(5) field 22, clock ticks since boot. */
  readonly startTime: number;
  /**
   * Resolves when it ended and has been reaped; only for a child of this process. `idle`: that does not keep the program
   * from ending, in Node.
   */
  wait(idle?: boolean): Promise<ExitStatus>;
  /** By pidfd, so never another process; a process that is gone is fine. */
  kill(signal: number): void;
  /** Closes the pidfd; the process lives on. */
  release(): void;
}

export type ExitStatus = { readonly code: number } | { readonly signal: number };

export interface HostProcesses {
  /** Runs the host's steps of an encoded plan (in UTF-8) on a thread of the core, and init's in the process that it makes. */
  execute(plan: string, options: ExecuteOptions): Promise<ExecuteOutcome>;
  /** Becomes the reaper of orphaned descendants (PR_SET_CHILD_SUBREAPER). */
  becomeSubreaper(): void;
  /** Reaps orphans that have ended; used before the process itself ends. */
  reapOrphans(): void;
  /** Runs a program to its end and gives its standard output (ps of `runts ps`). */
  capture(program: string, args: readonly string[]): Promise<string>;
  /** Connects a unix stream socket and sends a text with one descriptor (SCM_RIGHTS): --pidfd-socket. */
  sendDescriptor(socketPath: string, descriptor: number, text: string): void;
  /** Opens a pidfd; the caller closes it with closeDescriptor. */
  openPidfd(pid: number): number;
  closeDescriptor(fd: number): void;
  /**
   * Sends D-Bus method calls to systemd over its own unix socket, one after the other, and gives the answers (errors of
   * systemd's among them) as they came; all within `timeoutMs`.
   */
  askSystemd(socketPath: string, calls: readonly Uint8Array[], timeoutMs: number): Promise<Uint8Array[]>;
  /** Forwards READY=1 (then MAINPID, BARRIER) of a datagram socket to another until told or the process ends. */
  forwardNotify(listenPath: string, notifyPath: string, pid: number): Promise<void>;
  /**
   * Watches a process and files of a cgroup until it is closed, on one thread of the core for all that is watched.
   * @throws {@link HostError} where pressure or the cgroup cannot be watched.
   */
  observe(wanted: ObserveOptions): HostObserver;
  /** Tries what the machine can do, in a process of its own: one line a try, as native/probe/try.h says. */
  probe(wanted: readonly string[]): Promise<string>;
}

/** What is to be noticed; names are of files in the cgroup. */
export interface ObserveOptions {
  /** Directory of a cgroup (v2), which all but the end of the process is about. */
  readonly cgroup?: string;
  /**
   * A file of lines `key value` and, after spaces, the keys whose changes are noticed, and how they are at the beginning:
   * `cgroup.events populated frozen`. A missing file is never noticed.
   */
  readonly files?: readonly string[];
  /** A file and, after a space, the trigger as the kernel takes it: `memory.pressure some 150000 2000000`. */
  readonly pressures?: readonly string[];
  /** Milliseconds. */
  readonly interval?: number;
  /** Files that are read at each interval. */
  readonly atInterval?: readonly string[];
  /** A process whose end is noticed. The descriptor stays the caller's, who may close it at once. */
  readonly pidfd?: number;
  /** Files that are read at its end. */
  readonly atEnd?: readonly string[];
}

/** Something was noticed. */
export interface ObserverNotice {
  readonly of: 'file' | 'pressure' | 'interval' | 'process';
  /** The file, for one of a file or of pressure. */
  readonly name: string;
  /** The file, or those that were to be read, as they were at that moment; undefined for what could not be read. */
  readonly texts: readonly (string | undefined)[];
  /** How many notices of pressure and of the interval were dropped before this one, because nobody asked for them. */
  readonly dropped: number;
}

export interface HostObserver {
  /** The oldest notice that was not given out yet; undefined once it is closed. One call at a time. */
  next(): Promise<ObserverNotice | undefined>;
  /** Notices the end of the process now, unless it was, and nothing after it: for who is going to remove the cgroup. */
  finish(): void;
  /** Closes all descriptors. */
  close(): void;
}

export interface HostTerminal {
  isTerminal(fd: number): boolean;
  size(fd: number): { readonly width: number; readonly height: number } | undefined;
  /** Raw mode, bytes both ways between stdio and the master, and the size on SIGWINCH, until the master hangs up. */
  relay(master: number): Promise<void>;
  /** Calls back for every signal that can be forwarded, until released. */
  onSignals(forward: (signal: number) => void): { release(): void };
}

export interface HostSelf {
  readonly args: readonly string[];
  /** Name that the command was called by. */
  readonly name: string;
  /** Of the environment. */
  variable(name: string): string | undefined;
  readonly cwd: string;
  /** Effective ids. */
  readonly uid: number;
  readonly gid: number;
  /** True where the real ids are others than the effective ones, as in a setuid program. */
  readonly isSetId: boolean;
  readonly pid: number;
  /** The capabilities that this process may give away (its permitted and bounding sets), in the order of their bits. */
  capabilities(): readonly CapabilityName[];
  /** True where descriptor fd is open and was inherited, so that a container may have it. */
  isOpen(fd: number): boolean;
  /** Microseconds since the epoch. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  out(text: string): void;
  err(text: string): void;
  /** What profiles are compiled with and loaded into; undefined without libseccomp. */
  readonly seccomp: HostSeccomp | undefined;
}

export interface HostSeccomp {
  /** Of the libseccomp that is linked, such as 2.5.4. */
  version(): string;
  /** Its level of the kernel's interface, seccomp_api_get(3). */
  api(): number;
  /** Whether it knows an architecture, by its own name for it, such as x86_64. */
  knowsArchitecture(name: string): boolean;
  /** Whether the kernel loads a filter with these flags, seccomp(2). */
  takesFlags(flags: number): boolean;
}
