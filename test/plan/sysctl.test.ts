import { expect, test } from 'vitest';
import { kindsOf, planOf, refusalOf, stepsOf, usualSpec } from '../support/plan.ts';

test('keys become paths; dots and slashes change places', () => {
  const sysctl = {
    'net.ipv4.ip_forward': '1',
    'net/ipv4/conf/eno2.100/rp_filter': '0',
    'kernel.shmmax': '65536',
  };
  const plan = planOf(usualSpec({}, { sysctl }));
  expect(stepsOf(plan, 'sysctl').map(({ key, value, because }) => [key, value, because])).toEqual([
    ['net/ipv4/ip_forward', '1', '/linux/sysctl/net.ipv4.ip_forward'],
    ['net/ipv4/conf/eno2.100/rp_filter', '0', '/linux/sysctl/net~1ipv4~1conf~1eno2.100~1rp_filter'],
    ['kernel/shmmax', '65536', '/linux/sysctl/kernel.shmmax'],
  ]);
});

test('they are written through a procfs that is opened before any mount of the container', () => {
  const plan = planOf(
    usualSpec({ mounts: [{ destination: '/proc', type: 'proc' }] }, { sysctl: { 'kernel.sem': '1' } }),
  );
  expect(kindsOf(plan, ['procfs', 'root', 'mount', 'sysctl', 'pivot'])).toEqual([
    'procfs',
    'root',
    'mount',
    'sysctl',
    'pivot',
  ]);
  expect(stepsOf(planOf(usualSpec()), 'procfs')).toEqual([]);
});

test('a key that leads elsewhere is refused', () => {
  const { details } = refusalOf(() =>
    planOf(usualSpec({}, { sysctl: { 'net/../kernel/core_pattern': '|/x' } })),
  );
  expect(details.path).toBe('/linux/sysctl/net~1..~1kernel~1core_pattern');
});
