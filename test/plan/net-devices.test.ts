import { expect, test } from 'vitest';
import { kindsOf, planOf, refusalOf, specOf, stepsOf, USER } from '../support/plan.ts';

test('devices move once the network namespace is there, each by its name for the container', () => {
  const netDevices = { eth0: {}, eth1: { name: 'lan%d' } };
  const plan = planOf(specOf(['user', 'network', 'mount'], {}, { netDevices }));
  expect(stepsOf(plan, 'net-device')).toMatchObject([
    { on: 'host', device: 'eth0', name: 'eth0', because: '/linux/netDevices/eth0' },
    { on: 'host', device: 'eth1', name: 'lan%d', because: '/linux/netDevices/eth1' },
  ]);
  expect(kindsOf(plan, ['fork', 'net-device', 'loopback', 'hook'])).toEqual([
    'fork',
    'net-device',
    'net-device',
    'loopback',
  ]);
});

test('an unprivileged runtime cannot move them', () => {
  const spec = specOf(['user', 'network', 'mount'], {}, { netDevices: { eth0: {} } });
  const { message, details } = refusalOf(() => planOf(spec, {}, USER));
  expect(message).toBe('linux.netDevices: only a privileged runtime can move network devices');
  expect(details.path).toBe('/linux/netDevices');
});
