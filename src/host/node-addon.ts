import { existsSync } from 'node:fs';
import { HostError } from './host.ts';

/** What native/node/bindings.h exports. Descriptors are numbers; failures are errors with `code` and `syscall`. */
export interface Addon {
  execute(plan: string, options: AddonOptions): Promise<AddonOutcome>;
  wait(pidfd: number): Promise<{ readonly code: number } | { readonly signal: number } | undefined>;
  abandon(pidfd: number): void;
  sendSignal(pidfd: number, signal: number): void;
  openPidfd(pid: number): number;
  closeDescriptor(fd: number): void;
  becomeSubreaper(): void;
  reapOrphans(): void;
  sendDescriptor(path: string, fd: number, text: string): void;
  forwardNotify(listenPath: string, notifyPath: string, pid: number): Promise<void>;
  tryLock(path: string): number;
  lock(path: string): Promise<number>;
  seccompVersion(): string;
  seccompApi(): number;
  seccompKnowsArchitecture(name: string): boolean;
  seccompTakesFlags(flags: number): boolean;
  probe(wanted: readonly string[]): Promise<string>;
  askSystemd(socket: string, calls: readonly Uint8Array[], timeoutMs: number): Promise<Uint8Array[]>;
  isTerminal(fd: number): boolean;
  terminalSize(fd: number): { readonly width: number; readonly height: number } | undefined;
  relay(input: number, output: number, master: number): Promise<void>;
  copyTerminalSize(from: number, to: number): void;
  restoreTerminal(): void;
}

export interface AddonOptions {
  readonly stdio: readonly number[];
  readonly preserve: readonly number[];
  readonly trace: boolean;
}

export type AddonOutcome =
  | {
      readonly ok: true;
      readonly pid?: number;
      readonly pidfd?: number;
      readonly startTime?: number;
      /** In decimal, as it has 64 bits. */
      readonly cgroupInode?: string;
      readonly console?: number;
      readonly times?: readonly number[];
    }
  | {
      readonly ok: false;
      readonly step: number;
      readonly errno: string;
      readonly call: string;
      readonly detail: string;
      readonly ofCreate: boolean;
      readonly times?: readonly number[];
    };

/** Where the build puts it, as seen from dist/ and from src/host/. */
const PLACES = ['../build/out/runts.node', '../../build/out/runts.node'];

let loaded: Addon | undefined;

/** The addon, loaded at its first use: commands that only read files never pay for it. */
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

/** Calls, and gives errors of Node and of the addon the one shape that the rest of runts knows. */
export function checked<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw toHostError(error);
  }
}

/** The same for a promise. */
export async function checkedAsync<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toHostError(error);
  }
}

function toHostError(error: unknown): unknown {
  if (error instanceof HostError || !(error instanceof Error)) return error;
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  if (typeof code !== 'string') return error;
  return new HostError(code, typeof syscall === 'string' ? syscall : '', inOurWords(error.message));
}

/** Node's `CODE: reason, call 'path'` as `path: reason (call: CODE)`. */
function inOurWords(message: string): string {
  const [, code, reason, call, path] = /^([A-Z]\w*): (.*), (\w+) '(.*)'$/.exec(message) ?? [];
  if (code === undefined || path === undefined) return message;
  return `${path.replace("' -> '", ' -> ')}: ${reason} (${call}: ${code})`;
}
