/** Containers that have the same cgroupsPath one after the other: what is done to the first never hits the second. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { cgroupRoot, needs } from '../support/conditions.ts';
import type { Change } from '../support/config.ts';
import { probing } from '../support/config.ts';
import { create, makeContainer, startDetached, stateOf, statusOf } from '../support/container.ts';
import { waitForStatus } from '../support/container.ts';
import type { TestContainer } from '../support/container.ts';
import { RUNTS, run, until } from '../support/run.ts';

const shared = ({ id }: TestContainer): string => `/runts-test/shared-${id}`;

const withoutPids: Change = ({ linux }) => {
  linux.namespaces = linux.namespaces.filter(({ type }) => type !== 'pid');
};

/** Two containers of one state directory and one cgroupsPath; the first has ended. */
async function pair(context: TestContext): Promise<{ first: TestContainer; second: TestContainer }> {
  const first = makeContainer(context, (config) => {
    probing(['true'])(config);
    withoutPids(config);
  });
  const path = shared(first);
  const rewrite = (container: TestContainer): void => {
    container.config.linux.cgroupsPath = path;
    writeFileSync(join(container.directory, 'config.json'), JSON.stringify(container.config));
  };
  rewrite(first);
  await startDetached(first);
  await waitForStatus(first, 'stopped');
  const made = makeContainer(context, probing(['sleep', '60']));
  rewrite(made);
  const runts: TestContainer['runts'] = (args, options) =>
    run(RUNTS, ['--root', first.state, ...args], options);
  const second = { ...made, state: first.state, runts };
  context.onTestFinished(async () => void (await runts(['delete', '--force', second.id])));
  return { first, second };
}

const directoryOf = (container: TestContainer): string => join(cgroupRoot ?? '', shared(container));

interface SavedState {
  phase: string;
  pid?: number;
  startTime?: number;
  cgroup?: { inode?: number };
}

/** The state as a creator leaves it that is killed before it has recorded the process. */
function forget(container: TestContainer): void {
  const file = join(container.state, container.id, 'state.json');
  const { pid: _, startTime: __, ...saved } = JSON.parse(readFileSync(file, 'utf8')) as SavedState;
  delete saved.cgroup?.inode;
  writeFileSync(file, JSON.stringify({ ...saved, phase: 'creating' }));
}

describe('a cgroupsPath that a stopped container had before', () => {
  it('kill, delete and delete --force of that one leave the new one alone', async (context) => {
    needs(context);
    const { first, second } = await pair(context);
    const before = statSync(directoryOf(first)).ino;
    await startDetached(second);
    expect(statSync(directoryOf(first)).ino).not.toBe(before);
    const { pid } = await stateOf(second);
    expect(await first.runts(['kill', first.id, 'KILL'])).toMatchObject({ status: 1 });
    expect(await first.runts(['delete', first.id])).toMatchObject({ status: 0, stderr: '' });
    expect(await first.runts(['delete', '--force', first.id])).toMatchObject({ status: 0, stderr: '' });
    expect(await stateOf(second)).toMatchObject({ pid, status: 'running' });
    expect(await second.runts(['delete', '--force', second.id])).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(directoryOf(first))).toBe(false);
  });

  it('delete --force of what a killed creator left does as well', async (context) => {
    needs(context);
    const { first, second } = await pair(context);
    forget(first);
    await startDetached(second);
    expect(await first.runts(['delete', '--force', first.id])).toMatchObject({ status: 0, stderr: '' });
    expect(await statusOf(second)).toBe('running');
  });
});

it('an init without a cgroup whose creator was killed is ended by delete --force', async (context) => {
  needs(context);
  const container = makeContainer(context, (config) => {
    probing(['sleep', '60'])(config);
    delete config.linux.resources;
  });
  const disabled: TestContainer = {
    ...container,
    runts: (args, options) => container.runts(['--cgroup-manager', 'disabled', ...args], options),
  };
  expect(await create(disabled)).toMatchObject({ status: 0 });
  const { pid } = await stateOf(container);
  forget(container);
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  expect(await container.runts(['delete', '--force', container.id])).toMatchObject({ status: 0, stderr: '' });
  await until('the end of init', () => !existsSync(`/proc/${pid}`));
});
