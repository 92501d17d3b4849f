import type { ObserverNotice, ObserveOptions } from './host.ts';

/**
 * The core as JavaScript reaches it, by Node's addon (native/node/bindings.h) or in the standalone executable
 * (native/quickjs/functions.h). Descriptors are numbers; failures are errors with `code`, `syscall` and,
 * where more is known, `path` or `detail`.
 */
export interface Core {
  execute(plan: string, options: CoreOptions): Promise<CoreOutcome>;
  /** `idle`: the promise does not keep the program from ending. undefined: its status is its parent's alone. */
  wait(
    pidfd: number,
    idle?: boolean,
  ): Promise<{ readonly code: number } | { readonly signal: number } | undefined>;
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
  observe(wanted: ObserveOptions): CoreObserver;
  nextNotice(observer: CoreObserver): Promise<ObserverNotice | undefined>;
  finishObserver(observer: CoreObserver): void;
  closeObserver(observer: CoreObserver): void;
  isTerminal(fd: number): boolean;
  terminalSize(fd: number): { readonly width: number; readonly height: number } | undefined;
  relay(input: number, output: number, master: number): Promise<void>;
  copyTerminalSize(from: number, to: number): void;
}

/** Known to the core alone. */
export type CoreObserver = { readonly observer: unique symbol };

export interface CoreOptions {
  readonly stdio: readonly number[];
  readonly preserve: readonly number[];
  readonly trace: boolean;
  /** Of Node's addon: what calls the execution off. */
  readonly cancel?: object;
}

export type CoreOutcome =
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
