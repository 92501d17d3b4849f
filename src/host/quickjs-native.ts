import type { CoreFiles } from './core-files.ts';
import type { Core } from './core.ts';
import type { HostReader } from './host.ts';

/**
 * What the standalone executable offers (native/quickjs/functions.h), in the terms of Host unless said otherwise. Failures
 * are errors as those of {@link Core}, with Node's names for the calls.
 */
export interface Native extends Core, CoreFiles {
  /** The first word is the program; `status` is that of waitpid(2). */
  capture(words: readonly string[]): {
    readonly status: number;
    readonly stdout: string;
    readonly stderr: string;
  };
  /** Goes on as another program, found in PATH, which knows the name that the command was called by from RUNTS_NAME. */
  become(name: string, words: readonly string[]): void;
  onSignals(signals: readonly number[], callback: (signal: number) => void): void;
  /** Back to their default actions. */
  offSignals(signals: readonly number[]): void;
  /** The name that the command was called by, and the words after it. */
  arguments(): string[];
  /** Of the environment. */
  variable(name: string): string | undefined;
  directory(): string;
  /** Process, real user and group, effective user and group. */
  ids(): [pid: number, uid: number, gid: number, euid: number, egid: number];
  /** Numbers of the capabilities that are both permitted and in the bounding set. */
  capabilities(): number[];
  /** True for a descriptor that is open and was not opened by this process. */
  isInherited(fd: number): boolean;
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  say(fd: number, text: string): void;
  /** A well-formed text of usual JSON; without the object at the pointer `apart`, if any, which is given as text. */
  readJson(text: string, apart: string): ReturnType<HostReader['parse']>;
  findProgram(directory: string, section: string): number | undefined;
  /** Goes through a value by the bytes of a shape (src/spec/shape-bytes.ts). */
  walk(value: unknown, bytes: Uint8Array): ReturnType<HostReader['walk']>;
  /** Copies at once the memory to which a command of this verb writes; false for one that was not rehearsed. */
  prepare(verb: string): boolean;
}
