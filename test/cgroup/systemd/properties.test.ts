import { describe, expect, test } from 'vitest';
import { checkedSettings } from '../../../src/cgroup/resources.ts';
import { INFINITY, resourceProperties, settingsForSystemd } from '../../../src/cgroup/systemd/properties.ts';
import { startProperties } from '../../../src/cgroup/systemd/properties.ts';
import type { LinuxResources } from '../../../src/spec/types.ts';
import { HIERARCHY } from '../../support/plan.ts';

const NEW = 257;

function settingsOf(resources: LinuxResources): ReturnType<typeof checkedSettings> {
  return settingsForSystemd(checkedSettings(resources, HIERARCHY));
}

function propertiesOf(resources: LinuxResources, version = NEW): Record<string, unknown> {
  const { properties } = resourceProperties(settingsOf(resources), version);
  return Object.fromEntries(properties.map(({ name, value }) => [name, value]));
}

describe('resources', () => {
  test('memory', () => {
    expect(propertiesOf({ memory: { limit: 64, reservation: 32, swap: 96 } })).toEqual({
      MemoryMax: 64n,
      MemoryLow: 32n,
      MemorySwapMax: 32n,
    });
    expect(propertiesOf({ memory: { limit: -1 } })).toEqual({ MemoryMax: INFINITY, MemorySwapMax: INFINITY });
  });

  test('cpu: the weight of the shares, idle as a weight of 0', () => {
    expect(propertiesOf({ cpu: { shares: 1024 } })).toEqual({ CPUWeight: 100n });
    expect(propertiesOf({ cpu: { idle: 1, shares: 1024 } })).toEqual({ CPUWeight: 0n });
    expect(propertiesOf({ cpu: { idle: 0 } })).toEqual({ CPUWeight: INFINITY });
  });

  test('cpu: a quota is rounded up to percents, in the file too', () => {
    const resources = { cpu: { quota: 33_333, period: 100_000 } };
    expect(propertiesOf(resources)).toEqual({ CPUQuotaPerSecUSec: 340_000n, CPUQuotaPeriodUSec: 100_000n });
    expect(settingsOf(resources)).toMatchObject([{ file: 'cpu.max', value: '34000 100000' }]);
    expect(settingsOf({ cpu: { quota: 50_000, period: 200_000 } })).toMatchObject([
      { value: '50000 200000' },
    ]);
    expect(propertiesOf({ cpu: { quota: -1 } })).toMatchObject({ CPUQuotaPerSecUSec: INFINITY });
  });

  test('cpusets are bits', () => {
    expect(propertiesOf({ cpu: { cpus: '0-1,9', mems: '0' } })).toEqual({
      AllowedCPUs: Uint8Array.of(0b11, 0b10),
      AllowedMemoryNodes: Uint8Array.of(1),
    });
  });

  test('pids: systemd has no limit of 0', () => {
    expect(propertiesOf({ pids: { limit: 20 } })).toEqual({ TasksMax: 20n });
    expect(propertiesOf({ pids: { limit: 0 } })).toEqual({ TasksMax: 1n });
    expect(settingsOf({ pids: { limit: 0 } })).toMatchObject([{ file: 'pids.max', value: '1' }]);
    expect(propertiesOf({ pids: { limit: -1 } })).toEqual({ TasksMax: INFINITY });
  });

  test('blockIO: a weight that makes the same of BFQ, limits of all devices together', () => {
    expect(propertiesOf({ blockIO: { weight: 100 } })).toEqual({ IOWeight: 100n });
    expect(propertiesOf({ blockIO: { weight: 1000 } })).toEqual({ IOWeight: 10_000n });
    const weightDevice = [{ major: 8, minor: 0, weight: 50 }];
    expect(propertiesOf({ blockIO: { weightDevice } })).toEqual({
      IODeviceWeight: [['/dev/block/8:0', 50n]],
    });
    const devices = [
      { major: 8, minor: 0, rate: 1000 },
      { major: 8, minor: 16, rate: 0 },
    ];
    const blockIO = { throttleReadBpsDevice: devices, throttleWriteIOPSDevice: devices.slice(0, 1) };
    expect(propertiesOf({ blockIO })).toEqual({
      IOReadBandwidthMax: [
        ['/dev/block/8:0', 1000n],
        ['/dev/block/8:16', INFINITY],
      ],
      IOWriteIOPSMax: [['/dev/block/8:0', 1000n]],
    });
  });

  test('unified: what a property says becomes one, and has the last word', () => {
    const unified = {
      'memory.high': '50',
      'memory.max': 'max',
      'memory.min': '1',
      'cpu.max': '20000',
      'cpu.weight': '7',
      'cpuset.cpus': '2',
      'pids.max': '9',
      'io.weight': 'default 300',
      'io.max': '8:0 rbps=5 wiops=max',
      'cpu.uclamp.max': '50',
    };
    expect(propertiesOf({ memory: { limit: 64 }, unified })).toEqual({
      MemoryMax: INFINITY,
      MemoryHigh: 50n,
      MemoryMin: 1n,
      CPUQuotaPerSecUSec: 200_000n,
      CPUQuotaPeriodUSec: 100_000n,
      CPUWeight: 7n,
      AllowedCPUs: Uint8Array.of(4),
      TasksMax: 9n,
      IOWeight: 300n,
      IOReadBandwidthMax: [['/dev/block/8:0', 5n]],
      IOWriteIOPSMax: [['/dev/block/8:0', INFINITY]],
    });
  });

  test('values that are none are left to the kernel', () => {
    const unified = {
      'memory.max': 'much',
      'cpu.max': 'a b',
      'cpu.weight': '',
      'io.max': '8:0',
      'cpuset.cpus': 'x',
    };
    expect(propertiesOf({ unified })).toEqual({});
  });
});

test('what a systemd is too old for is told and left out', () => {
  const settings = settingsOf({ cpu: { quota: 20_000, cpus: '0' } });
  const { properties, unknown } = resourceProperties(settings, 241);
  expect(properties.map(({ name }) => name)).toEqual(['CPUQuotaPerSecUSec']);
  expect(unknown).toEqual([
    { name: 'CPUQuotaPeriodUSec', file: 'cpu.max' },
    { name: 'AllowedCPUs', file: 'cpuset.cpus' },
  ]);
});

test('memory.oom.group is a policy that is set at the start', () => {
  const of = (value: string): unknown =>
    startProperties(settingsOf({ unified: { 'memory.oom.group': value } }), NEW);
  expect(of('1')).toEqual([{ name: 'OOMPolicy', signature: 's', value: 'kill' }]);
  expect(of('0')).toEqual([{ name: 'OOMPolicy', signature: 's', value: 'continue' }]);
  expect(startProperties(settingsOf({ unified: { 'memory.oom.group': '1' } }), 252)).toEqual([]);
});
