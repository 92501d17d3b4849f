/** Engines that have systemd make cgroups, each with a daemon or none, on a machine whose pid 1 is systemd. */
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { shown, systemctl } from '../support/systemd.ts';
import { output, sharedCell } from './support/cell.ts';
import { documented } from './support/docs.ts';
import { snapshotter, startContainerd, startDocker } from './support/engines.ts';
import { IMAGE } from './support/image.ts';
import { openMachine } from './support/machine.ts';
import { startPodman } from './support/podman.ts';
import { RUNTIME } from './support/runtimes.ts';

const podmans = sharedCell(startPodman, openMachine);
const containerds = sharedCell(startContainerd, openMachine);
const dockers = sharedCell(
  (cell) =>
    startDocker(cell, ['--bridge', 'none'], documented('docker', 'json').replace('cgroupfs', 'systemd')),
  openMachine,
);
afterAll(podmans.close);
afterAll(containerds.close);
afterAll(dockers.close);

const MIB = 1 << 20;
const OWN = 'cat /proc/self/cgroup';

/** Units of a name that systemd still knows. */
const left = (pattern: string): string =>
  systemctl('list-units', '--all', '--plain', '--no-legend', pattern).trim();

describe('podman --cgroup-manager systemd', () => {
  it('run, exec, pause, update, stop and rm act on the scope of its choice', async (context) => {
    needs(context, 'systemd', 'a machine of its own', 'podman');
    const { podman } = await podmans.get();
    const by = (...args: string[]) => podman(['--cgroup-manager', 'systemd', ...args]);
    const id = output(
      await by('run', '-d', '--cgroupns', 'host', '--memory', '64m', IMAGE, 'sleep', '1000'),
    ).trim();
    const unit = `libpod-${id}.scope`;
    expect(shown(unit, 'Slice', 'MemoryMax')).toEqual({
      Slice: 'machine.slice',
      MemoryMax: String(64 * MIB),
    });
    expect(output(await by('exec', id, 'sh', '-c', OWN))).toContain(`/machine.slice/${unit}`);
    output(await by('pause', id));
    output(await by('unpause', id));
    output(await by('update', '--memory', '80m', id));
    expect(shown(unit, 'MemoryMax')).toEqual({ MemoryMax: String(80 * MIB) });
    output(await by('stop', '-t', '0', id));
    output(await by('rm', id));
    expect(left(`libpod-${id}*`)).toBe('');
  });

  it('what cannot be executed leaves no unit', async (context) => {
    needs(context, 'systemd', 'a machine of its own', 'podman');
    const { podman } = await podmans.get();
    const ended = await podman(['--cgroup-manager', 'systemd', 'run', '--rm', IMAGE, 'nosuch']);
    expect(ended).toMatchObject({ status: 127, stderr: expect.stringMatching(/executable file not found/) });
    expect(left('libpod-*')).toBe('');
  });
});

describe('ctr --runc-systemd-cgroup', () => {
  it('run, exec and rm act on the scope that it names', async (context) => {
    needs(context, 'systemd', 'a machine of its own', 'containerd');
    const { run } = await containerds.get();
    const flags = ['--snapshotter', snapshotter(), '--runc-binary', RUNTIME.path, '--runc-systemd-cgroup'];
    const place = ['--cgroup', 'runts-ctr.slice:ctr:one', '--memory-limit', String(64 * MIB)];
    output(await run(['run', ...flags, ...place, '-d', IMAGE, 'one', 'sleep', '1000']));
    expect(shown('ctr-one.scope', 'Slice', 'MemoryMax', 'ActiveState')).toEqual({
      Slice: 'runts-ctr.slice',
      MemoryMax: String(64 * MIB),
      ActiveState: 'active',
    });
    output(await run(['task', 'exec', '--exec-id', 'e', 'one', 'true']));
    output(await run(['task', 'kill', '--signal', 'SIGKILL', 'one']));
    await expect.poll(async () => (await run(['task', 'rm', 'one'])).status, { timeout: 20_000 }).toBe(0);
    output(await run(['container', 'rm', 'one']));
    expect(left('ctr-one*')).toBe('');
  });
});

describe('dockerd with native.cgroupdriver=systemd', () => {
  it('run, exec, update and rm act on the scope of its choice', async (context) => {
    needs(context, 'systemd', 'a machine of its own', 'docker');
    const { run } = await dockers.get();
    const flags = [
      '-d',
      '--runtime',
      RUNTIME.name,
      '--network',
      'none',
      '--cgroupns',
      'host',
      '--memory',
      '64m',
    ];
    const id = output(await run(['run', ...flags, IMAGE, 'sleep', '1000'])).trim();
    const unit = `docker-${id}.scope`;
    expect(shown(unit, 'Slice', 'MemoryMax')).toEqual({ Slice: 'system.slice', MemoryMax: String(64 * MIB) });
    expect(output(await run(['exec', id, 'sh', '-c', OWN]))).toContain(`/system.slice/${unit}`);
    output(await run(['update', '--memory', '80m', '--memory-swap', '160m', id]));
    expect(shown(unit, 'MemoryMax', 'MemorySwapMax')).toEqual({
      MemoryMax: String(80 * MIB),
      MemorySwapMax: String(80 * MIB),
    });
    output(await run(['rm', '-f', id]));
    expect(left(`docker-${id}*`)).toBe('');
  });
});
