import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { probing } from '../support/config.ts';
import type { Prepare, TestContainer } from '../support/container.ts';
import { parseProbes, runContainer, startDetached, waitForStatus } from '../support/container.ts';
import { delegatedCgroup } from '../support/delegation.ts';
import type { DelegatedCgroup } from '../support/delegation.ts';
import { makeUser, makeUserContainer } from '../support/user.ts';

interface Delegated {
  cgroup: DelegatedCgroup;
  container: TestContainer;
  /** Of the container, if it names none. */
  directory: string;
}

function delegated(context: TestContext, prepare?: (cgroup: DelegatedCgroup) => Prepare): Delegated {
  const id = 70_001;
  const cgroup = delegatedCgroup(context, id);
  const user = makeUser(context, { id, cgroup: cgroup.runner });
  const container = makeUserContainer(context, user, prepare?.(cgroup));
  return { cgroup, container, directory: join(cgroup.directory, 'runts', container.id) };
}

const read = (directory: string, file: string): string => readFileSync(join(directory, file), 'utf8').trim();

describe('an ordinary user with a delegated cgroup', () => {
  it('has containers beside his own processes, and nothing is left of them', async (context) => {
    needs(context, 'user namespaces');
    const { container, directory, cgroup } = delegated(context, () => probing(['sleep', '60']));
    await startDetached(container);
    expect(read(directory, 'cgroup.procs')).toMatch(/^\d+$/);
    expect((await container.runts(['ps', '-f', 'json', container.id])).stdout).toMatch(/^\[\d+\]/);
    expect(await container.runts(['delete', '--force', container.id])).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(existsSync(directory)).toBe(false);
    expect(existsSync(join(cgroup.directory, 'runts'))).toBe(false);
  });

  it('limits them', async (context) => {
    needs(context, 'user namespaces', 'pids', 'memory');
    const { container, directory } = delegated(context, () => (config) => {
      probing(['sleep', '60'])(config);
      config.linux.resources = { pids: { limit: 20 }, memory: { limit: 64 << 20 } };
    });
    await startDetached(container);
    expect([read(directory, 'pids.max'), read(directory, 'memory.max')]).toEqual(['20', String(64 << 20)]);
    const updated = await container.runts(['update', '--pids-limit', '30', container.id]);
    expect(updated).toMatchObject({ status: 0, stderr: '' });
    expect(read(directory, 'pids.max')).toBe('30');
    const stats = await container.runts(['events', '--stats', container.id]);
    expect(JSON.parse(stats.stdout)).toMatchObject({ data: { pids: { limit: 30 } } });
  });

  it('limits them by files that need no controller', async (context) => {
    needs(context, 'user namespaces');
    const { container, directory } = delegated(context, () => (config) => {
      probing(['sleep', '60'])(config);
      config.linux.resources = { unified: { 'cgroup.max.depth': '3' } };
    });
    await startDetached(container);
    expect(read(directory, 'cgroup.max.depth')).toBe('3');
  });

  it('pauses, enters, resumes and kills them', async (context) => {
    needs(context, 'user namespaces');
    const { container, directory } = delegated(context, () => probing(['sleep', '60']));
    await startDetached(container);
    expect(await container.runts(['pause', container.id])).toMatchObject({ status: 0, stderr: '' });
    await waitForStatus(container, 'paused');
    expect(await container.runts(['resume', container.id])).toMatchObject({ status: 0, stderr: '' });
    const entered = await container.runts(['exec', '-d', container.id, '/bin/inspect', 'sleep', '60'], {
      capture: false,
    });
    expect(entered.status).toBe(0);
    expect(read(directory, 'cgroup.procs').split('\n')).toHaveLength(2);
    expect(await container.runts(['kill', container.id, 'KILL'])).toMatchObject({ status: 0, stderr: '' });
    await waitForStatus(container, 'stopped');
  });

  it('takes the cgroupsPath of the config below it', async (context) => {
    needs(context, 'user namespaces');
    const { container, cgroup } = delegated(context, ({ path }) => (config) => {
      probing(['sleep', '60'])(config);
      config.linux.cgroupsPath = `${path}/mine/one`;
    });
    await startDetached(container);
    expect(read(join(cgroup.directory, 'mine/one'), 'cgroup.procs')).toMatch(/^\d+$/);
  });

  it('is told which controller was not delegated', async (context) => {
    needs(context, 'user namespaces');
    const { container, cgroup } = delegated(context, () => ({ linux }) => {
      linux.resources = { rdma: { mlx5_0: { hcaHandles: 3 } } };
    });
    const ended = await runContainer(container);
    expect(ended.status).toBe(1);
    const file = `${cgroup.directory}/cgroup.controllers has only`;
    expect(ended.stderr).toContain(
      `linux.resources.rdma.mlx5_0: the rdma controller is not delegated: ${file}`,
    );
    expect(ended.stderr).toContain('Delegate=rdma');
  });

  it('is told that he is not in it himself', async (context) => {
    needs(context, 'user namespaces');
    const cgroup = delegatedCgroup(context, 70_001);
    const container = makeUserContainer(context, makeUser(context), ({ linux }) => {
      linux.cgroupsPath = `${cgroup.path}/one`;
    });
    const ended = await runContainer(container);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(
      /linux\.cgroupsPath: cannot be made: the cgroup \S+ is not delegated to uid 70001/,
    );
  });

  it('gives a container the whole of its own cgroup where it is mounted writable', async (context) => {
    needs(context, 'user namespaces');
    const { container } = delegated(context, () => (config) => {
      const mount = config.mounts.find(({ type }) => type === 'cgroup');
      if (mount) mount.options = ['nosuid', 'noexec', 'nodev', 'rw'];
      probing(['mkdir', '/sys/fs/cgroup/below'], ['rmdir', '/sys/fs/cgroup/below'])(config);
    });
    const ended = await runContainer(container);
    expect(parseProbes(ended.stdout).map(({ error }) => error)).toEqual([undefined, undefined]);
  });
});

describe("the caller's own cgroup cannot be changed from inside (CVE-2023-25809)", () => {
  it.for([
    ['without a cgroup namespace', false],
    ['with a cgroup namespace, without a cgroup', true],
  ] as const)('%s', async ([, own], context) => {
    needs(context, 'user namespaces');
    const cgroup = delegatedCgroup(context, 70_001);
    const user = makeUser(context, { cgroup: cgroup.runner });
    const container = makeUserContainer(context, user, (config) => {
      const mount = config.mounts.find(({ type }) => type === 'cgroup');
      if (mount) mount.options = ['nosuid', 'noexec', 'nodev', 'rw'];
      if (!own) config.linux.namespaces = config.linux.namespaces.filter(({ type }) => type !== 'cgroup');
      const seen = own ? '/sys/fs/cgroup' : `/sys/fs/cgroup${cgroup.path}/runner`;
      probing(['mkdir', `${seen}/x`], ['write', `${seen}/cgroup.procs`, '1'])(config);
    });
    const command = ['--cgroup-manager', 'disabled', 'run', '-b', container.directory, container.id];
    const ended = await container.runts(command);
    expect(ended.stderr).toBe('');
    expect(parseProbes(ended.stdout).map(({ error }) => error)).toEqual(['EROFS', 'EROFS']);
  });
});
