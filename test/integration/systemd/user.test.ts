/** Scopes of an ordinary user, made by his own manager. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { cgroupRoot, needs } from '../../support/conditions.ts';
import { probing } from '../../support/config.ts';
import { parseProbes, runContainer, startDetached, stateOf } from '../../support/container.ts';
import type { Prepare, TestContainer } from '../../support/container.ts';
import { MANAGED_USER } from '../../support/systemd.ts';
import { makeUser, makeUserContainer } from '../../support/user.ts';
import type { TestUser, UserOptions } from '../../support/user.ts';

const RUNTIME_DIRECTORY = `/run/user/${MANAGED_USER}`;
const SLICE = `/user.slice/user-${MANAGED_USER}.slice/user@${MANAGED_USER}.service/user.slice`;

/** The user with the environment of a login. */
function login(context: TestContext, options: UserOptions = {}, directory = RUNTIME_DIRECTORY): TestUser {
  const user = makeUser(context, { id: MANAGED_USER, ...options });
  const env = directory === '' ? {} : { XDG_RUNTIME_DIR: directory };
  return {
    ...user,
    run: (command, given) => user.run(command, { ...given, env: { ...given?.env, ...env } }),
  };
}

function userContainer(context: TestContext, user: TestUser, prepare?: Prepare): TestContainer {
  const container = makeUserContainer(context, user, prepare);
  return { ...container, runts: (args, options) => container.runts(['--systemd-cgroup', ...args], options) };
}

const sleeping = probing(['sleep', '60']);
const directoryOf = ({ id }: TestContainer): string => join(cgroupRoot ?? '', SLICE, `runts-${id}.scope`);
const valueOf = (container: TestContainer, file: string): string =>
  readFileSync(join(directoryOf(container), file), 'utf8').trim();

describe("an ordinary user's container", () => {
  it('is a scope of his manager, with its limits', async (context) => {
    needs(context, "a user's systemd", 'user namespaces');
    const container = userContainer(context, login(context), (config) => {
      sleeping(config);
      config.linux.resources = { pids: { limit: 20 }, memory: { limit: 64 << 20 } };
    });
    await startDetached(container);
    const { pid } = await stateOf(container);
    expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toBe(`0::${SLICE}/runts-${container.id}.scope\n`);
    expect([valueOf(container, 'pids.max'), valueOf(container, 'memory.max')]).toEqual([
      '20',
      String(64 << 20),
    ]);
    expect(await container.runts(['update', '--pids-limit', '30', container.id])).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(valueOf(container, 'pids.max')).toBe('30');
    expect(await container.runts(['delete', '--force', container.id])).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(existsSync(directoryOf(container))).toBe(false);
  });

  it('gets the processes of exec by his manager, which may move them where he may not', async (context) => {
    needs(context, "a user's systemd", 'user namespaces');
    const container = userContainer(context, login(context), (config) => {
      sleeping(config);
      config.linux.namespaces = config.linux.namespaces.filter(({ type }) => type !== 'cgroup');
    });
    await startDetached(container);
    const ended = await container.runts(['exec', container.id, '/bin/inspect', 'read', '/proc/self/cgroup']);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(parseProbes(ended.stdout)[0]?.value).toBe(`0::${SLICE}/runts-${container.id}.scope\n`);
  });

  it('is refused what was not delegated to the manager, in words', async (context) => {
    needs(context, "a user's systemd", 'user namespaces', 'io');
    const container = userContainer(context, login(context), ({ linux }) => {
      linux.resources = { blockIO: { throttleReadBpsDevice: [{ major: 7, minor: 0, rate: 1000 }] } };
    });
    const ended = await runContainer(container);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain('the io controller is not delegated');
    expect(ended.stderr).toContain(`user@${MANAGED_USER}.service/cgroup.controllers has only`);
  });

  it.for([
    ['', "the user's manager of systemd cannot be found: XDG_RUNTIME_DIR is not set"],
    ['/nowhere', 'systemd does not answer at /nowhere/systemd/private'],
  ] as const)('without a manager at %j is an error in words', async ([directory, message], context) => {
    needs(context, 'systemd', 'user namespaces');
    const ended = await runContainer(userContainer(context, login(context, {}, directory)));
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain(message);
  });
});
