import { expect, test } from 'vitest';
import { features } from '../../src/container/features.ts';
import type { Features } from '../../src/container/features.ts';
import { RuntsError } from '../../src/errors.ts';
import { parseMountOptions } from '../../src/plan/mount-options.ts';
import type { Linux } from '../../src/spec/types.ts';
import { memoryHost } from '../support/memory-host.ts';
import { planOf, usualSpec } from '../support/plan.ts';

const printed = (): Features => features(memoryHost());

/** False where the config is refused as something that runts does not do. */
function isCarriedOut(linux: Partial<Linux>): boolean {
  try {
    return planOf(usualSpec({}, linux)).length > 0;
  } catch (error) {
    if (error instanceof RuntsError && error.code === 'UNSUPPORTED') return false;
    throw error;
  }
}

test('a mount option is listed if and only if runts takes it itself', () => {
  const { mountOptions } = printed();
  expect(mountOptions).toEqual([...new Set(mountOptions)].sort());
  for (const word of mountOptions) expect(parseMountOptions([word]).data, word).toEqual([]);
  for (const word of ['acl', 'rbindd', 'size=1m']) expect(mountOptions).not.toContain(word);
});

test('what docker and CRI gate their functions on is there', () => {
  const { mountOptions, linux } = printed();
  expect(mountOptions).toContain('rro');
  expect(linux).toMatchObject({ mountExtensions: { idmap: { enabled: true } } });
  expect(linux.namespaces).toEqual(['cgroup', 'ipc', 'mount', 'network', 'pid', 'time', 'user', 'uts']);
});

test.each<[string, Partial<Linux>, (features: Features) => boolean]>([
  ['netDevices', { netDevices: { eth0: {} } }, ({ linux }) => linux.netDevices.enabled],
  ['intelRdt', { intelRdt: { closID: 'a' } }, ({ linux }) => linux.intelRdt.enabled],
  [
    'intelRdt.schemata',
    { intelRdt: { closID: 'a', schemata: ['MB:0=50'] } },
    ({ linux }) => linux.intelRdt.schemata,
  ],
  [
    'intelRdt.enableMonitoring',
    { intelRdt: { closID: 'a', enableMonitoring: true } },
    ({ linux }) => linux.intelRdt.monitoring,
  ],
])('linux.%s is enabled if and only if a plan carries it out', (_, linux, enabled) => {
  expect(enabled(printed())).toBe(isCarriedOut(linux));
});

test('what the linked libseccomp does not know and the kernel does not take is left out', () => {
  const { seccomp } = printed().linux;
  expect(seccomp.archs).toContain('SCMP_ARCH_X86_64');
  expect(seccomp.archs).not.toContain('SCMP_ARCH_SHEB');
  expect(seccomp.knownFlags).toContain('SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV');
  expect(seccomp.supportedFlags).not.toContain('SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV');
  const host = memoryHost();
  const without = features({ ...host, self: { ...host.self, seccomp: undefined } });
  expect(without.linux.seccomp).toEqual({ enabled: false });
  expect(without.annotations).not.toHaveProperty('io.github.seccomp.libseccomp.version');
});

test('it is no runc, and has nothing to checkpoint', () => {
  const { annotations } = printed();
  expect(annotations['org.opencontainers.runc.checkpoint.enabled']).toBe('false');
  expect(annotations).not.toHaveProperty('org.opencontainers.runc.version');
});
