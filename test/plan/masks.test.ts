import { expect, test } from 'vitest';
import { kindsOf, planOf, stepsOf, usualSpec, warningsOf } from '../support/plan.ts';

test('paths are masked and made read-only once each, before the root is entered', () => {
  const maskedPaths = ['/proc/kcore', '/sys//firmware/', '/proc/kcore'];
  const plan = planOf(usualSpec({}, { maskedPaths, readonlyPaths: ['/proc/sys'], mountLabel: 'label' }));
  expect(stepsOf(plan, 'mask').map(({ path, because, context }) => [path, because, context])).toEqual([
    ['/proc/kcore', '/linux/maskedPaths/0', 'label'],
    ['/sys/firmware', '/linux/maskedPaths/1', 'label'],
  ]);
  expect(stepsOf(plan, 'readonly-path')).toMatchObject([
    { path: '/proc/sys', because: '/linux/readonlyPaths/0' },
  ]);
  expect(kindsOf(plan, ['mask', 'readonly-path', 'pivot'])).toEqual([
    'mask',
    'mask',
    'readonly-path',
    'pivot',
  ]);
});

test('without SELinux there is no label, and a warning', () => {
  const spec = usualSpec({}, { maskedPaths: ['/proc/kcore'], mountLabel: 'label' });
  expect(stepsOf(planOf(spec, {}, { selinuxOff: true }), 'mask')).toMatchObject([{ context: '' }]);
  expect(warningsOf(spec, { selinuxOff: true })).toEqual([
    'linux.mountLabel: ignored, SELinux is off on this host',
  ]);
  expect(warningsOf(spec)).toEqual([]);
});
