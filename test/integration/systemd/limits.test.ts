import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { needs } from '../../support/conditions.ts';
import { all, ownUsers, probing } from '../../support/config.ts';
import { parseProbes, runContainer, startDetached } from '../../support/container.ts';
import { leftOf, shown, sleeper, systemctl, systemdContainer, valueOf } from '../../support/systemd.ts';

const MIB = 1 << 20;

describe('limits', () => {
  it('are properties of the scope and values of its files', async (context) => {
    needs(context, 'systemd', 'memory', 'cpu', 'pids');
    const container = sleeper(context, {
      memory: { limit: 64 * MIB, reservation: 32 * MIB, swap: 96 * MIB },
      cpu: { shares: 512, quota: 33_333, period: 100_000, burst: 10_000 },
      pids: { limit: 50 },
      unified: { 'memory.high': String(48 * MIB), 'memory.min': String(MIB), 'memory.oom.group': '1' },
    });
    await startDetached(container);
    expect(
      shown(
        container.unit,
        'MemoryMax',
        'MemoryLow',
        'MemoryHigh',
        'MemoryMin',
        'MemorySwapMax',
        'CPUWeight',
        'TasksMax',
        'OOMPolicy',
      ),
    ).toEqual({
      MemoryMax: String(64 * MIB),
      MemoryLow: String(32 * MIB),
      MemoryHigh: String(48 * MIB),
      MemoryMin: String(MIB),
      MemorySwapMax: String(32 * MIB),
      CPUWeight: '59',
      TasksMax: '50',
      OOMPolicy: 'kill',
    });
    expect(shown(container.unit, 'CPUQuotaPerSecUSec', 'CPUQuotaPeriodUSec')).toEqual({
      CPUQuotaPerSecUSec: '340ms',
      CPUQuotaPeriodUSec: '100ms',
    });
    const files = [
      'memory.max',
      'memory.low',
      'cpu.max',
      'cpu.weight',
      'cpu.max.burst',
      'pids.max',
      'memory.oom.group',
    ];
    expect(files.map((file) => valueOf(container, file))).toEqual([
      ...[String(64 * MIB), String(32 * MIB), '34000 100000', '59', '10000', '50', '1'],
    ]);
  });

  it('cpu.idle is a weight of 0', async (context) => {
    needs(context, 'systemd', 'cpu');
    const container = sleeper(context, { cpu: { idle: 1 } });
    await startDetached(container);
    expect(shown(container.unit, 'CPUWeight')).toEqual({ CPUWeight: 'idle' });
    expect(valueOf(container, 'cpu.idle')).toBe('1');
  });

  it('throttles of a device', async (context) => {
    needs(context, 'systemd', 'io', 'a block device');
    const [name = ''] = readdirSync('/sys/block');
    const numbers = readFileSync(`/sys/block/${name}/dev`, 'utf8').trim();
    const [major, minor] = numbers.split(':').map(Number);
    const container = sleeper(context, { blockIO: { throttleReadBpsDevice: [{ major, minor, rate: MIB }] } });
    await startDetached(container);
    expect(shown(container.unit, 'IOReadBandwidthMax')).toEqual({
      IOReadBandwidthMax: `/dev/block/${numbers} ${MIB}`,
    });
    expect(valueOf(container, 'io.max')).toContain(`${numbers} rbps=${MIB}`);
  });

  it('one task alone, of a container that is made in stages', async (context) => {
    needs(context, 'systemd', 'pids', 'user namespaces');
    const container = systemdContainer(context, (config) => {
      all(ownUsers, probing(['forkbomb-limited', '3']))(config);
      config.linux.resources = { ...config.linux.resources, pids: { limit: 1 } };
    });
    const ended = await runContainer(container);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(parseProbes(ended.stdout)[0]?.value).toEqual({ children: 0, error: 'EAGAIN' });
  });

  it('what goes over the memory limit is killed, and no failed unit stays', async (context) => {
    needs(context, 'systemd', 'memory');
    const container = systemdContainer(context, (config) => {
      probing(['memory', '200'])(config);
      config.linux.resources = { ...config.linux.resources, memory: { limit: 32 * MIB, swap: 32 * MIB } };
    });
    expect((await runContainer(container)).status).toBe(137);
    expect(leftOf(container)).toEqual([]);
  });
});

describe('update', () => {
  it('changes unit and files, and a daemon-reload takes nothing back', async (context) => {
    needs(context, 'systemd', 'memory', 'cpu', 'pids');
    const container = sleeper(context, {
      memory: { limit: 64 * MIB },
      cpu: { quota: 50_000, burst: 1000 },
      pids: { limit: 50 },
    });
    await startDetached(container);
    const flags = [
      '--memory',
      String(80 * MIB),
      '--pids-limit',
      '44',
      '--cpu-quota',
      '20000',
      '--cpu-share',
      '2048',
    ];
    expect(await container.plain(['update', ...flags, container.id])).toMatchObject({
      status: 0,
      stderr: '',
    });
    const files = ['memory.max', 'pids.max', 'cpu.max', 'cpu.weight', 'cpu.max.burst'];
    const wanted = [String(80 * MIB), '44', '20000 100000', valueOf(container, 'cpu.weight'), '1000'];
    expect(files.map((file) => valueOf(container, file))).toEqual(wanted);
    expect(wanted[3]).not.toBe('100');
    systemctl('daemon-reload');
    // which lets systemd write all that it knows again
    systemctl('set-property', '--runtime', container.unit, 'MemoryLow=1M');
    expect(files.map((file) => valueOf(container, file))).toEqual(wanted);
    expect(shown(container.unit, 'MemoryMax', 'TasksMax', 'CPUQuotaPerSecUSec', 'NeedDaemonReload')).toEqual({
      MemoryMax: String(80 * MIB),
      TasksMax: '44',
      CPUQuotaPerSecUSec: '200ms',
      NeedDaemonReload: 'no',
    });
  });

  it('that the kernel refuses leaves unit and files as they were', async (context) => {
    needs(context, 'systemd', 'memory', 'pids');
    const container = sleeper(context, { memory: { limit: 64 * MIB } });
    await startDetached(container);
    const input = JSON.stringify({ memory: { limit: 80 * MIB }, unified: { 'memory.no-such': '1' } });
    const ended = await container.runts(['update', '--resources=-', container.id], { input });
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain('memory.no-such');
    expect(valueOf(container, 'memory.max')).toBe(String(64 * MIB));
    expect(shown(container.unit, 'MemoryMax')).toEqual({ MemoryMax: String(64 * MIB) });
  });
});

describe('device rules', () => {
  it('hold before and after a daemon-reload', async (context) => {
    needs(context, 'systemd');
    const container = systemdContainer(context, (config) => {
      probing(['sleep', '60'])(config);
      config.linux.devices = [
        { path: '/dev/allowed', type: 'c', major: 10, minor: 229 },
        { path: '/dev/refused', type: 'c', major: 10, minor: 230 },
      ];
      config.linux.resources = {
        devices: [
          { allow: false, access: 'rwm' },
          { allow: true, type: 'c', major: 10, minor: 229, access: 'r' },
        ],
      };
    });
    await startDetached(container);
    const openings = async (): Promise<unknown[]> => {
      const ended = await container.runts([
        ...[
          'exec',
          container.id,
          '/bin/inspect',
          'open',
          '/dev/null',
          'rw',
          ';',
          'open',
          '/dev/refused',
          'r',
        ],
        ...[';', 'open', '/dev/allowed', 'r'],
      ]);
      return parseProbes(ended.stdout).map(({ error }) => error === 'EPERM');
    };
    expect(shown(container.unit, 'DevicePolicy')).toEqual({ DevicePolicy: 'auto' });
    expect(await openings()).toEqual([false, true, false]);
    systemctl('daemon-reload');
    systemctl('set-property', '--runtime', container.unit, 'CPUWeight=50');
    expect(await openings()).toEqual([false, true, false]);
  });
});
