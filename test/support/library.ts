import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { TestContext } from 'vitest';
import { Runtime } from '../../src/index.ts';
import type { Container, RuntimeOptions } from '../../src/index.ts';
import { probing } from './config.ts';
import { makeContainer } from './container.ts';
import type { Prepare, TestContainer } from './container.ts';

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
