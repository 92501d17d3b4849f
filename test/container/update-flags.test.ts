import { describe, expect, it } from 'vitest';
import { asksForKernelMemory, rdtFromFlags, resourcesFromFlags } from '../../src/container/update-flags.ts';
import type { UpdateFlags } from '../../src/container/update-flags.ts';

function given(flags: Readonly<Record<string, string>>): UpdateFlags {
  return (flag) => flags[flag];
}

describe('flags of update', () => {
  it('become resources', () => {
    const flags = {
      memory: '64m',
      'memory-swap': '-1',
      'cpu-quota': '-1',
      'cpu-share': '512',
      'pids-limit': '0',
    };
    expect(
      resourcesFromFlags(given({ ...flags, 'cpuset-cpus': '0-1', 'blkio-weight': '100', 'cpu-idle': '1' })),
    ).toEqual({
      memory: { limit: 67108864, swap: -1 },
      cpu: { quota: -1, shares: 512, cpus: '0-1', idle: 1 },
      pids: { limit: 0 },
      blockIO: { weight: 100 },
    });
  });

  it('change nothing where none is given', () => {
    expect(resourcesFromFlags(given({ memory: '' }))).toEqual({});
  });

  it.each([
    [{ memory: '64q' }, 'invalid value for memory'],
    [{ 'cpu-share': '-1' }, 'invalid value for cpu-share'],
    [{ 'cpu-idle': 'x' }, 'invalid value for cpu-idle'],
  ])('%j are refused', (flags, message) => {
    expect(() => resourcesFromFlags(given(flags))).toThrow(message);
  });

  it('of schemata go to the class of service', () => {
    expect(rdtFromFlags(given({ 'l3-cache-schema': 'L3:0=f', 'mem-bw-schema': '' }))).toEqual({
      l3CacheSchema: 'L3:0=f',
    });
    expect(rdtFromFlags(given({}))).toEqual({});
  });

  it('know which mean nothing', () => {
    expect(asksForKernelMemory(given({ 'kernel-memory': '1m' }))).toBe(true);
    expect(asksForKernelMemory(given({ memory: '1m' }))).toBe(false);
  });
});
