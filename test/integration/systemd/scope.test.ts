import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cgroupRoot, needs } from '../../support/conditions.ts';
import { all, ownUsers, probing } from '../../support/config.ts';
import { parseProbes, runContainer, startDetached, stateOf, waitForStatus } from '../../support/container.ts';
import { leftOf, shown, sleeper, SLICE, systemctl, systemdContainer } from '../../support/systemd.ts';

const cgroupOf = (pid: number): string => readFileSync(`/proc/${pid}/cgroup`, 'utf8').trim();

/** A dash would stand for a further level. */
const sliceOf = (id: string): string => `runts-${id.replaceAll('-', '_')}.slice`;

describe('the unit of a container', () => {
  it('is a scope in its slice, with the container in it', async (context) => {
    needs(context, 'systemd');
    const container = sleeper(context);
    await startDetached(container);
    expect(
      shown(
        container.unit,
        'Slice',
        'Delegate',
        'ActiveState',
        'Transient',
        'Description',
        'DefaultDependencies',
      ),
    ).toEqual({
      Slice: SLICE,
      Delegate: 'yes',
      ActiveState: 'active',
      Transient: 'yes',
      Description: `runts container ${container.id}`,
      DefaultDependencies: 'no',
    });
    expect(
      shown(container.unit, 'CPUAccounting', 'MemoryAccounting', 'IOAccounting', 'TasksAccounting'),
    ).not.toContain('no');
    expect(cgroupOf((await stateOf(container)).pid)).toBe(`0::/runts.slice/${SLICE}/${container.unit}`);
    await container.runts(['delete', '--force', container.id]);
    expect(leftOf(container)).toEqual([]);
  });

  it.for([
    ['', 'system.slice', (id: string) => `runts-${id}.scope`],
    [':pre:name', 'system.slice', () => 'pre-name.scope'],
    ['::name', 'system.slice', () => '-name.scope'],
    ['-:pre:root', '-.slice', () => 'pre-root.scope'],
    ['a-b-c.slice:pre:deep', 'a-b-c.slice', () => 'pre-deep.scope'],
  ] as const)('cgroupsPath %j is in %s', async ([cgroupsPath, slice, nameOf], context) => {
    needs(context, 'systemd');
    const container = systemdContainer(context, (config) => {
      probing(['sleep', '60'])(config);
      config.linux.cgroupsPath = cgroupsPath;
    });
    await startDetached(container);
    const unit = nameOf(container.id);
    const { ControlGroup } = shown(unit, 'ControlGroup');
    expect(shown(unit, 'Slice')).toEqual({ Slice: slice });
    expect(cgroupOf((await stateOf(container)).pid)).toBe(`0::${ControlGroup}`);
    expect(await container.runts(['delete', '--force', container.id])).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(existsSync(join(cgroupRoot ?? '', ControlGroup ?? ''))).toBe(false);
  });

  it('is a slice where the name says so', async (context) => {
    needs(context, 'systemd');
    const container = systemdContainer(context, (config, { id }) => {
      probing(['sleep', '60'])(config);
      config.linux.cgroupsPath = `runts.slice::${sliceOf(id)}`;
      config.linux.resources = { ...config.linux.resources, memory: { limit: 64 << 20 } };
    });
    await startDetached(container);
    const unit = sliceOf(container.id);
    expect(shown(unit, 'MemoryMax', 'ActiveState')).toEqual({
      MemoryMax: String(64 << 20),
      ActiveState: 'active',
    });
    expect(cgroupOf((await stateOf(container)).pid)).toBe(`0::/runts.slice/${unit}`);
    await container.runts(['delete', '--force', container.id]);
    expect(systemctl('list-units', '--all', '--plain', '--no-legend', unit).trim()).toBe('');
  });

  it('has the properties of annotations', async (context) => {
    needs(context, 'systemd');
    const container = systemdContainer(context, (config) => {
      probing(['sleep', '60'])(config);
      config.annotations = {
        'org.systemd.property.TimeoutStopSec': '7',
        'org.systemd.property.CollectMode': "'inactive-or-failed'",
        'org.systemd.property.SendSIGHUP': 'true',
        'org.systemd.property.After': "['lab.service']",
      };
    });
    await startDetached(container);
    expect(shown(container.unit, 'TimeoutStopUSec', 'CollectMode', 'SendSIGHUP', 'After')).toMatchObject({
      TimeoutStopUSec: '7s',
      CollectMode: 'inactive-or-failed',
      SendSIGHUP: 'yes',
      After: expect.stringContaining('lab.service') as string,
    });
  });

  it('a user namespace and a foreground run', async (context) => {
    needs(context, 'systemd', 'user namespaces');
    const container = systemdContainer(context, all(ownUsers, probing(['read', '/proc/self/cgroup'])));
    const ended = await runContainer(container);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(parseProbes(ended.stdout)[0]?.value).toBe('0::/\n');
    expect(leftOf(container)).toEqual([]);
  });
});

describe('later commands', () => {
  it('find the unit without the option', async (context) => {
    needs(context, 'systemd', 'memory');
    const container = sleeper(context);
    await startDetached(container);
    const { id, plain } = container;
    expect(await plain(['pause', id])).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse((await plain(['state', id])).stdout)).toMatchObject({ status: 'paused' });
    expect(await plain(['resume', id])).toMatchObject({ status: 0 });
    expect((await plain(['list', '--quiet'])).stdout).toBe(`${id}\n`);
    expect(JSON.parse((await plain(['events', '--stats', id])).stdout)).toMatchObject({ type: 'stats' });
    expect(await plain(['update', '--memory', '67108864', id])).toMatchObject({ status: 0, stderr: '' });
    expect(shown(container.unit, 'MemoryMax')).toEqual({ MemoryMax: '67108864' });
    expect(await plain(['kill', id, 'KILL'])).toMatchObject({ status: 0 });
    await waitForStatus(container, 'stopped');
    expect(await plain(['delete', id])).toMatchObject({ status: 0, stderr: '' });
    expect(leftOf(container)).toEqual([]);
  });

  it('exec lands in the scope, or in a cgroup below', async (context) => {
    needs(context, 'systemd');
    const container = systemdContainer(context, (config) => {
      probing(['sleep', '60'])(config);
      config.linux.namespaces = config.linux.namespaces.filter(({ type }) => type !== 'cgroup');
    });
    await startDetached(container);
    const own = `0::/runts.slice/${SLICE}/${container.unit}`;
    const read = ['/bin/inspect', 'read', '/proc/self/cgroup'];
    const first = await container.runts(['exec', container.id, ...read]);
    expect(parseProbes(first.stdout)[0]?.value).toBe(`${own}\n`);
    mkdirSync(join(container.cgroup, 'sub'));
    const second = await container.runts(['exec', '--cgroup', 'sub', container.id, ...read]);
    expect(parseProbes(second.stdout)[0]?.value).toBe(`${own}/sub\n`);
  });

  it('the cgroup is delegated: what the container makes in it stays at a daemon-reload', async (context) => {
    needs(context, 'systemd');
    const container = systemdContainer(context, (config) => {
      all(
        ownUsers,
        probing(
          ['mkdir', '/sys/fs/cgroup/sub'],
          ['write', '/sys/fs/cgroup/sub/cgroup.procs', '1'],
          ['sleep', '60'],
        ),
      )(config);
      for (const mount of config.mounts)
        if (mount.type === 'cgroup') mount.options = ['nosuid', 'noexec', 'nodev'];
    });
    await startDetached(container);
    const { pid } = await stateOf(container);
    const inside = `0::/runts.slice/${SLICE}/${container.unit}/sub`;
    await expect.poll(() => cgroupOf(pid), { timeout: 10_000 }).toBe(inside);
    systemctl('daemon-reload');
    expect(cgroupOf(pid)).toBe(inside);
    expect(shown(container.unit, 'ActiveState')).toEqual({ ActiveState: 'active' });
    await container.runts(['delete', '--force', container.id]);
    expect(leftOf(container)).toEqual([]);
  });
});
