import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { baseConfig } from './config.ts';
import type { TestConfig } from './config.ts';
import { INSPECT } from './run.ts';

export interface Bundle {
  /** Unique on this machine: also the container's id and part of its cgroup path. */
  id: string;
  /** A temporary directory that holds all of this; removed when the test has finished. */
  scratch: string;
  directory: string;
  rootfs: string;
  config: TestConfig;
  /** Changes the JSON text, for what JSON.stringify cannot write. */
  text?: (json: string) => string;
}

let count = 0;

const digits = (value: number, width: number): string => String(value).padStart(width, '0');

/** A name that no other test, file or run of the suite uses at the same time; all are of one length, as columns of tables want. */
export const uniqueId = (): string =>
  `t${digits(process.pid, 7)}-${Date.now().toString(36)}-${digits(count++, 3)}`;

/** A temporary directory that anybody may pass through, removed when the test has finished. */
export function scratchDirectory(context: TestContext, name = uniqueId()): string {
  const directory = mkdtempSync(join(tmpdir(), `runts-test-${name}-`));
  chmodSync(directory, 0o755);
  context.onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function fillRoot(rootfs: string): void {
  for (const name of ['bin', 'dev', 'etc', 'proc', 'sys', 'tmp'])
    mkdirSync(join(rootfs, name), { recursive: true });
  chmodSync(join(rootfs, 'tmp'), 0o1777);
  copyFileSync(INSPECT, join(rootfs, 'bin/inspect'));
  writeFileSync(
    join(rootfs, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/home/user:/bin/sh\n',
  );
  writeFileSync(join(rootfs, 'etc/group'), 'root:x:0:\nuser:x:1000:\n');
}

/** Writes config.json again after the test changed bundle.config. */
export function writeConfig({ directory, config, text }: Bundle): void {
  const json = JSON.stringify(config);
  writeFileSync(join(directory, 'config.json'), text?.(json) ?? json);
}

/** A bundle whose program is inspect; `change` gets the usual config and the bundle, to fill its root file system. */
export function makeBundle(
  context: TestContext,
  change: (config: TestConfig, bundle: Bundle) => void = () => {},
): Bundle {
  const id = uniqueId();
  const scratch = scratchDirectory(context, id);
  const directory = join(scratch, 'bundle');
  const bundle: Bundle = {
    id,
    scratch,
    directory,
    rootfs: join(directory, 'rootfs'),
    config: baseConfig(id),
  };
  mkdirSync(bundle.rootfs, { recursive: true });
  fillRoot(bundle.rootfs);
  change(bundle.config, bundle);
  writeConfig(bundle);
  return bundle;
}
