import { existsSync } from 'node:fs';
import type { CoreFiles } from './core-files.ts';
import type { Core } from './core.ts';
import { HostError } from './host.ts';

/** Where the build puts it, as seen from dist/ and from src/host/. */
const PLACES = ['../build/out/runts.node', '../../build/out/runts.node'];

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
  /** The end to read from and the one to write to. */
  makePipe(): [number, number];
  /** Two ends of a unix stream socket. */
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
    throw new HostError(
      'ENOENT',
      'dlopen',
      `the addon is not built (looked for ${paths.join(' and ')}): run npm run build`,
    );
  }
  const module: { exports: unknown } = { exports: {} };
  process.dlopen(module, path);
  return module.exports as Addon;
}
