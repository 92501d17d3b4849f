import { attempt } from '../host/attempt.ts';
import type { HostFiles } from '../host/host.ts';

/** Text of a file of a cgroup, undefined where the kernel or a missing controller does not provide it. */
export type Read = (file: string) => string | undefined;

/** Pressure files say EOPNOTSUPP where the kernel was booted without PSI, and files of a removed cgroup ENODEV. */
export const readerOf =
  (files: HostFiles, directory: string): Read =>
  (file) =>
    attempt(() => files.readText(`${directory}/${file}`), 'ENOENT', 'EOPNOTSUPP', 'ENODEV');

/** Of files that have been read already. */
export function readerOfTexts(names: readonly string[], texts: readonly (string | undefined)[]): Read {
  const known = new Map(names.map((name, index) => [name, texts[index]]));
  return (file) => known.get(file);
}
