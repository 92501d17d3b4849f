import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { TestContext } from 'vitest';
import { makeBundle } from './bundle.ts';
import type { Bundle } from './bundle.ts';
import { probing } from './config.ts';
import type { TestConfig } from './config.ts';
import type { Probed, Report } from './report.ts';
import { RUNTS, run, until } from './run.ts';
import type { Ended, RunOptions } from './run.ts';

export interface TestContainer extends Bundle {
  /** The directory given to --root. */
  state: string;
  /** `runts --root STATE ARG...` */
  runts: (args: readonly string[], options?: RunOptions) => Promise<Ended>;
}

export type Prepare = (config: TestConfig, bundle: Bundle) => void;

/** How a command line is run: as it is, or by somebody else. */
export type Runner = (command: readonly string[], options?: RunOptions) => Promise<Ended>;

const asRoot: Runner = ([command = '', ...args], options) => run(command, args, options);

/** A bundle with a state directory of its own; what is left of the container when the test has finished is deleted. */
export function makeContainer(
  context: TestContext,
  prepare?: Prepare,
  runner: Runner = asRoot,
): TestContainer {
  const bundle = makeBundle(context, prepare);
  const state = join(bundle.scratch, 'state');
  const runts = (args: readonly string[], options?: RunOptions) =>
    runner([RUNTS, '--root', state, ...args], options);
  context.onTestFinished(async () => {
    if (existsSync(join(state, bundle.id))) await runts(['delete', '--force', bundle.id]);
  });
  return { ...bundle, state, runts };
}

export const runContainer = (container: TestContainer, options?: RunOptions): Promise<Ended> =>
  container.runts(['run', '--bundle', container.directory, container.id], options);

/** `create`; its output is dropped, since the container keeps it open. With `log`, errors are in the scratch directory. */
export const create = (
  container: TestContainer,
  flags: readonly string[] = [],
  options: RunOptions = {},
): Promise<Ended> =>
  container.runts(['create', '--bundle', container.directory, ...flags, container.id], {
    capture: false,
    ...options,
  });

/** Milliseconds that `create` takes here through this entry; the container is deleted again. */
export async function timeToCreate(container: TestContainer): Promise<number> {
  const begun = performance.now();
  expect(await create(container)).toMatchObject({ status: 0 });
  const taken = performance.now() - begun;
  expect(await container.runts(['delete', '--force', container.id])).toMatchObject({ status: 0 });
  return taken;
}

/** `create` and `start` of a container that goes on; both must succeed. */
export async function startDetached(container: TestContainer, flags: readonly string[] = []): Promise<void> {
  const log = join(container.scratch, 'create.log');
  const created = await container.runts(
    ['--log', log, 'create', '--bundle', container.directory, ...flags, container.id],
    { capture: false },
  );
  expect(existsSync(log) ? readFileSync(log, 'utf8') : '').toBe('');
  expect(created.status).toBe(0);
  expect(await container.runts(['start', container.id])).toMatchObject({ status: 0, stderr: '' });
}

export interface State {
  ociVersion: string;
  id: string;
  pid: number;
  status: string;
  bundle: string;
  rootfs: string;
  created: string;
  annotations?: Record<string, string>;
  owner: string;
}

export async function stateOf(container: TestContainer, options?: RunOptions): Promise<State> {
  const ended = await container.runts(['state', container.id], options);
  expect(ended).toMatchObject({ status: 0, stderr: '' });
  return JSON.parse(ended.stdout) as State;
}

export async function statusOf(container: TestContainer): Promise<string> {
  return (await stateOf(container)).status;
}

/** Waits until `state` says so. */
export async function waitForStatus(
  container: TestContainer,
  status: string,
  milliseconds = 15_000,
): Promise<void> {
  const end = Date.now() + milliseconds;
  const look = async () => (await stateOf(container, { unrecorded: 'asked until it changes' })).status;
  let seen = await look();
  while (seen !== status && Date.now() < end) seen = await look();
  expect(seen).toBe(status);
}

/** Waits until a process has a handler for a signal: the kernel keeps what has none from pid 1 (pid_namespaces(7)). */
export async function waitForHandler(pid: number, signal: number): Promise<void> {
  await until(`a handler of signal ${signal}`, () => {
    const [, caught = '0'] = /^SigCgt:\t(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return ((BigInt(`0x${caught}`) >> BigInt(signal - 1)) & 1n) === 1n;
  });
}

/** What inspect sees inside a container that `prepare` made different from the usual one. */
export const inspected = (context: TestContext, prepare?: Prepare): Promise<Report> =>
  inspectedBy(makeContainer(context, prepare));

export async function inspectedBy(container: TestContainer): Promise<Report> {
  const ended = await runContainer(container);
  expect(ended.stderr).toBe('');
  expect(ended.status).toBe(0);
  return JSON.parse(ended.stdout) as Report;
}

export const parseProbes = (stdout: string): Probed[] =>
  stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Probed);

/** What probes found inside a container. */
export async function probed(context: TestContext, probes: string[][], prepare?: Prepare): Promise<Probed[]> {
  const container = makeContainer(context, (config, bundle) => {
    probing(...probes)(config);
    prepare?.(config, bundle);
  });
  const ended = await runContainer(container);
  expect(ended.stderr).toBe('');
  const found = parseProbes(ended.stdout);
  expect(found.map(({ probe }) => probe)).toEqual(probes.map(([name]) => name));
  return found;
}

/** How a container that must not start fails. */
export async function refused(context: TestContext, prepare: Prepare): Promise<string> {
  const container = makeContainer(context, prepare);
  const ended = await runContainer(container);
  expect(ended.status).toBe(1);
  expect(existsSync(join(container.state, container.id))).toBe(false);
  return ended.stderr;
}
