import { expect, test } from 'vitest';
import { defaultSpec } from '../../src/spec/default.ts';

test('the properties come in the order in which runc writes them', () => {
  const spec = defaultSpec();
  expect(Object.keys(spec)).toEqual(['ociVersion', 'process', 'root', 'hostname', 'mounts', 'linux']);
  expect(Object.keys(spec.linux ?? {})).toEqual(['resources', 'namespaces', 'maskedPaths', 'readonlyPaths']);
  expect(spec.mounts?.map(({ destination }) => destination)).toEqual([
    ...['/proc', '/dev', '/dev/pts', '/dev/shm', '/dev/mqueue', '/sys', '/sys/fs/cgroup'],
  ]);
});

test('without root: a user namespace of one id, the network and resources of the host', () => {
  const { linux, mounts } = defaultSpec({ rootless: { uid: 1000, gid: 100 } });
  expect(linux?.namespaces?.map(({ type }) => type)).toEqual([
    'pid',
    'ipc',
    'uts',
    'mount',
    'cgroup',
    'user',
  ]);
  expect(linux?.uidMappings).toEqual([{ containerID: 0, hostID: 1000, size: 1 }]);
  expect(linux?.gidMappings).toEqual([{ containerID: 0, hostID: 100, size: 1 }]);
  expect(linux?.resources).toBeUndefined();
  expect(mounts?.find(({ destination }) => destination === '/sys')?.options?.[0]).toBe('rbind');
  expect(
    mounts?.flatMap(({ options = [] }) => options).filter((option) => option.startsWith('gid=')),
  ).toEqual([]);
});
