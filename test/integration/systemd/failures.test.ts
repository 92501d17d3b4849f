import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '../../support/conditions.ts';
import { probing } from '../../support/config.ts';
import type { Change } from '../../support/config.ts';
import { runContainer, startDetached, stateOf, statusOf, waitForStatus } from '../../support/container.ts';
import { RUNTS, run, spawned, until } from '../../support/run.ts';
import { leftOf, shown, sleeper, SLICE, systemctl, systemdContainer } from '../../support/systemd.ts';
import type { SystemdContainer } from '../../support/systemd.ts';

/** For a process of the test's own, which it can kill or put elsewhere. */
const making = (verb: 'create' | 'run', { state, directory, id }: SystemdContainer): string[] => [
  ...['--root', state, '--systemd-cgroup'],
  ...[verb, '-b', directory, id],
];

/** Systemd ends it after a second, for which the unit has failed. */
const timingOut: Change = (config) => {
  probing(['sleep', '60'])(config);
  config.annotations = {
    'org.systemd.property.RuntimeMaxSec': '1',
    'org.systemd.property.TimeoutStopSec': '1',
  };
};

describe('a create that fails', () => {
  it('for what systemd refuses has its words, and leaves nothing', async (context) => {
    needs(context, 'systemd');
    const container = systemdContainer(context, (config) => {
      config.annotations = { 'org.systemd.property.KillMode': "'nonsense'" };
    });
    const ended = await runContainer(container);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain(`linux.cgroupsPath: cannot start the unit ${container.unit}: `);
    expect(ended.stderr).toMatch(/nonsense|KillMode|[Ii]nvalid/);
    expect(leftOf(container)).toEqual([]);
    expect(existsSync(join(container.state, container.id))).toBe(false);
  });

  it.for([
    [
      { annotations: { 'org.systemd.property.ExecStartPre': "'/bin/true'" } },
      'annotations may not set this property',
    ],
    [
      { cgroupsPath: '/a/b' },
      'expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got "/a/b" instead',
    ],
    [{ cgroupsPath: 'a/b.slice:c:d' }, '"a/b.slice" is no name of a slice unit'],
  ] as const)('%j: in words, before anything is made', async ([change, message], context) => {
    needs(context, 'systemd');
    const container = systemdContainer(context, (config) => {
      if ('annotations' in change) config.annotations = change.annotations;
      else config.linux.cgroupsPath = change.cgroupsPath;
    });
    const ended = await runContainer(container);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain(message);
    expect(leftOf(container)).toEqual([]);
  });

  it('after the scope was made leaves none', async (context) => {
    needs(context, 'systemd');
    const container = systemdContainer(context, (config) => {
      config.mounts.push({ destination: '/var/data', source: '/data/missing', options: ['bind'] });
    });
    const started = Date.now();
    const ended = await runContainer(container);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(/mounts\[7\]/);
    expect(leftOf(container)).toEqual([]);
    // not by systemd's way from SIGTERM to SIGKILL
    expect(Date.now() - started).toBeLessThan(20_000);
  });

  it('for a limit that the kernel refuses leaves none', async (context) => {
    needs(context, 'systemd');
    const container = systemdContainer(context, ({ linux }) => {
      linux.resources = { ...linux.resources, unified: { 'cgroup.no-such-file': '1' } };
    });
    const ended = await runContainer(container);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain('cgroup.no-such-file');
    expect(leftOf(container)).toEqual([]);
  });

  it('for a unit that another container has leaves that one alone', async (context) => {
    needs(context, 'systemd');
    const first = sleeper(context);
    await startDetached(first);
    const second = systemdContainer(context, ({ linux }) => {
      linux.cgroupsPath = `${SLICE}:t:${first.id}`;
    });
    const ended = await runContainer(second);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("container's cgroup is not empty");
    expect(ended.stderr).toContain('choose another linux.cgroupsPath');
    expect(await statusOf(first)).toBe('running');
  });

  it('for a frozen cgroup leaves that as it was', async (context) => {
    needs(context, 'systemd');
    const container = sleeper(context);
    mkdirSync(container.cgroup, { recursive: true });
    writeFileSync(join(container.cgroup, 'cgroup.freeze'), '1');
    const ended = await runContainer(container, { timeout: 20_000 });
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain("container's cgroup unexpectedly frozen");
    expect(leftOf(container)).toEqual([container.cgroup]);
    rmdirSync(container.cgroup);
  });

  it('from another pid namespace moves no process that has the same number', async (context) => {
    needs(context, 'systemd');
    const container = sleeper(context);
    const command = [RUNTS, ...making('run', container)];
    const ended = await run('unshare', ['--pid', '--fork', '--mount-proc', ...command]);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain('systemd is in another pid namespace than the caller');
    expect(leftOf(container)).toEqual([]);
  });

  it('without the option a place of systemd is refused, and told of the option', async (context) => {
    needs(context, 'systemd');
    const container = sleeper(context);
    const ended = await container.plain(['run', '-b', container.directory, container.id]);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain('--systemd-cgroup');
  });
});

describe('what is left over', () => {
  it('a unit that has failed is shown until delete, which takes it away', async (context) => {
    needs(context, 'systemd');
    const container = systemdContainer(context, timingOut);
    await startDetached(container);
    await waitForStatus(container, 'stopped');
    await expect
      .poll(() => shown(container.unit, 'ActiveState', 'Result'), { timeout: 10_000 })
      .toEqual({
        ActiveState: 'failed',
        Result: 'timeout',
      });
    expect(await container.plain(['delete', container.id])).toMatchObject({ status: 0, stderr: '' });
    expect(leftOf(container)).toEqual([]);
  });

  it('a failed unit of the same name is no hindrance, and the next is not hurt by a delete of the first', async (context) => {
    needs(context, 'systemd');
    const first = systemdContainer(context, timingOut);
    await startDetached(first);
    await expect
      .poll(() => shown(first.unit, 'ActiveState'), { timeout: 15_000 })
      .toEqual({ ActiveState: 'failed' });
    const second = systemdContainer(context, (config) => {
      probing(['sleep', '60'])(config);
      config.linux.cgroupsPath = `${SLICE}:t:${first.id}`;
    });
    await startDetached(second);
    expect(await first.runts(['delete', first.id])).toMatchObject({ status: 0, stderr: '' });
    expect(await statusOf(second)).toBe('running');
    expect(shown(first.unit, 'ActiveState')).toEqual({ ActiveState: 'active' });
    await second.runts(['delete', '--force', second.id]);
    expect(leftOf(first)).toEqual([]);
  });

  it('of a run that was killed goes with delete', async (context) => {
    needs(context, 'systemd');
    const container = sleeper(context);
    const child = spawned(RUNTS, making('run', container), { capture: false });
    await until(
      'the container to run',
      () => existsSync(join(container.state, container.id, 'container.json')) && existsSync(container.cgroup),
    );
    await waitForStatus(container, 'running');
    child.kill('SIGKILL');
    expect(await container.plain(['delete', '--force', container.id])).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(leftOf(container)).toEqual([]);
  });

  it('of a create that was killed within goes with delete', async (context) => {
    needs(context, 'systemd');
    const container = systemdContainer(context, (config, { scratch }) => {
      const here = join(scratch, 'here');
      config.hooks = { createRuntime: [{ path: '/bin/sh', args: ['sh', '-c', `touch ${here}; sleep 30`] }] };
    });
    const child = spawned(RUNTS, making('create', container), { capture: false });
    await until('the hook', () => existsSync(join(container.scratch, 'here')));
    expect(shown(container.unit, 'ActiveState')).toEqual({ ActiveState: 'active' });
    child.kill('SIGKILL');
    expect(await container.plain(['delete', '--force', container.id])).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(leftOf(container)).toEqual([]);
  });

  it('a container that systemd stops has stopped', async (context) => {
    needs(context, 'systemd');
    const container = systemdContainer(context, (config) => {
      probing(['sleep', '60'])(config);
      config.annotations = { 'org.systemd.property.TimeoutStopSec': '1' };
    });
    await startDetached(container);
    const { pid } = await stateOf(container);
    systemctl('stop', container.unit);
    await waitForStatus(container, 'stopped');
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(await container.runts(['delete', container.id])).toMatchObject({ status: 0, stderr: '' });
    expect(leftOf(container)).toEqual([]);
  });
});
