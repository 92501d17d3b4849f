import { existsSync } from 'node:fs';
import { RuntsError } from '../errors.ts';
import type { CoreFiles } from './core-files.ts';
import type { Core } from './core.ts';

/** Machines as `uname -m` names them. */
const MACHINES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };
const MACHINE = MACHINES[process.arch] ?? process.arch;

/** That of this checkout, as seen from dist/ and from dist/chunks/ or src/host/; then that of the npm package for this machine. */
const PLACES = [
  '../build/out/runts.node',
  '../../build/out/runts.node',
  `./runts-${MACHINE}.node`,
  `../runts-${MACHINE}.node`,
];

/** What only Node has a use for. */
export interface Addon extends Core, CoreFiles {
  /** By which an execution that gets it as an option can be called off. */
  cancellation(): object;
  /** The process that the execution waits for is killed, and no further step begins: it fails, and is undone. */
  cancel(cancellation: object): void;
  /** Closes a pidfd; the process is reaped whenever it ends. */
  abandon(pidfd: number): void;
  /** For an end of this process before that of a relay. */
  restoreTerminal(): void;
  /** The end for a stream of Node's, to write to or to read from, and the other one, which closeDescriptor closes. */
  makePipe(writing: boolean): [number, number];
  /** As makePipe, of a unix stream socket. */
  makeSocketPair(): [number, number];
  /** Carries bytes between copies of a socket and of the master of a terminal, until either hangs up. */
  bridgeTerminal(socket: number, master: number): void;
  setTerminalSize(fd: number, width: number, height: number): void;
}

let loaded: Addon | undefined;

/** The addon, loaded at its first use: what only judges plans and configs never pays for it. */
export function addon(): Addon {
  loaded ??= load();
  return loaded;
}

function load(): Addon {
  const paths = PLACES.map((place) => decodeURIComponent(new URL(place, import.meta.url).pathname));
  const path = paths.find((candidate) => existsSync(candidate));
  if (path === undefined) {
    throw new RuntsError('UNSUPPORTED', `the addon of runts is not there for linux ${MACHINE}`, {
      hint: `looked for ${paths.join(', ')}; docs/library.md says how the addon is compiled`,
    });
  }
  const module: { exports: unknown } = { exports: {} };
  try {
    process.dlopen(module, path);
  } catch (cause) {
    throw unloadable(path, cause);
  }
  return module.exports as Addon;
}

/** A prebuilt one wants the glibc of where it was built, or a newer one; the loader's own words do not always say so. */
function unloadable(path: string, cause: unknown): RuntsError {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  const glibc = report.header?.glibcVersionRuntime;
  const found = glibc === undefined ? 'is not linked with glibc' : `runs on glibc ${glibc}`;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new RuntsError('UNSUPPORTED', `the addon of runts for linux ${MACHINE} cannot be loaded: ${why}`, {
    hint: `${path} wants glibc, and this Node ${found}; docs/library.md says how the addon is compiled`,
    cause,
  });
}
