import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import type { TestContext } from 'vitest';
import { Runtime } from '../../src/index.ts';
import type { Container, Execution, OutputPipes, RuntimeOptions, StdioOptions } from '../../src/index.ts';
import { needs } from './conditions.ts';
import { probing } from './config.ts';
import type { TestConfig } from './config.ts';
import { makeContainer } from './container.ts';
import type { Prepare, TestContainer } from './container.ts';
import { ROOT, run } from './run.ts';
import type { Ended } from './run.ts';

/** A bundle, and a runtime of the library with the state directory that the command has for it. */
export interface LibraryContainer extends TestContainer {
  runtime: Runtime;
}

const fail = (message: string): void => expect.unreachable(message);

export interface Running extends LibraryContainer {
  container: Container;
}

/** A warning is a failure unless the test takes it. */
export async function openRuntime(state: string, options: RuntimeOptions = {}): Promise<Runtime> {
  return Runtime.open({ root: state, warn: fail, ...options });
}

export async function withLibrary(context: TestContext, prepare?: Prepare): Promise<LibraryContainer> {
  const container = makeContainer(context, prepare);
  return { ...container, runtime: await openRuntime(container.state) };
}

/** A file that a program may have for its output, and what is in it. */
export function outputFile(context: TestContext, { scratch }: TestContainer): { fd: number; text(): string } {
  const path = join(scratch, 'output');
  const fd = openSync(path, 'w');
  context.onTestFinished(() => closeSync(fd));
  return { fd, text: () => readFileSync(path, 'utf8') };
}

/** A container whose program sleeps, started. */
export async function running(context: TestContext, prepare: Prepare = () => {}): Promise<Running> {
  const library = await withLibrary(context, (config, bundle) => {
    probing(['sleep', '60'])(config);
    prepare(config, bundle);
  });
  const container = await library.runtime.create(library.id, { bundle: library.directory });
  await container.start();
  return { ...library, container };
}

/** A change to the root file system of bundles/busybox, with a script for its shell. */
export const scripted =
  (script: string) =>
  ({ root, process }: TestConfig): void => {
    root.path = join(ROOT, 'bundles/busybox/rootfs');
    root.readonly = true;
    process.args = ['/bin/sh', '-c', script];
    process.env = ['PATH=/bin'];
  };

/** Runs a script in a container; in an object, since a promise of an execution would be one of its end. */
export async function runScript<const Options extends StdioOptions = OutputPipes>(
  context: TestContext,
  script: string,
  stdio?: Options,
): Promise<{ program: Execution<Options> }> {
  needs(context);
  const { runtime, id, directory } = await withLibrary(context, scripted(script));
  return { program: runtime.run(id, { bundle: directory, ...(stdio !== undefined && { stdio }) }) };
}

/** Runs a module in a Node of its own; `runts` is the library as the build has bundled it, at the address `LIBRARY`. */
export function runProgram(source: string, words: readonly string[]): Promise<Ended> {
  const library = JSON.stringify(pathToFileURL(join(ROOT, 'dist/index.js')));
  const module = `import * as runts from ${library};\nconst LIBRARY = ${library};\n${source}`;
  const flags = ['--input-type=module', '--eval', module, '--', ...words];
  return run(process.execPath, flags, { unrecorded: 'no command' });
}
