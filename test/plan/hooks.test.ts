import { expect, test } from 'vitest';
import type { Hooks } from '../../src/spec/types.ts';
import { kindsOf, planOf, PROCESS, stepsOf, usualSpec } from '../support/plan.ts';

const HOOKS: Hooks = {
  createContainer: [{ path: '/c' }],
  createRuntime: [{ path: '/r1' }, { path: '/r2', args: ['r2', '-x'], env: ['A=1'], timeout: 5 }],
  startContainer: [{ path: '/s' }, { path: '/s2', env: [] }],
  prestart: [{ path: '/p' }],
  poststart: [{ path: '/ps' }],
  poststop: [{ path: '/x' }],
};
const PROCESS_WITH_HOME = { ...PROCESS, env: ['PATH=/bin', 'HOME=/'] };

function hooksOf(options: { untilExecuted?: boolean } = {}): ReturnType<typeof stepsOf<'hook'>> {
  return stepsOf(
    planOf(usualSpec({ hooks: HOOKS, process: PROCESS_WITH_HOME, annotations: { a: 'ä"' } }), options),
    'hook',
  );
}

test('phases in the order of the life cycle, each on its side', () => {
  expect(hooksOf().map(({ phase, on, path, because }) => [phase, on, path, because])).toEqual([
    ['prestart', 'host', '/p', '/hooks/prestart/0'],
    ['createRuntime', 'host', '/r1', '/hooks/createRuntime/0'],
    ['createRuntime', 'host', '/r2', '/hooks/createRuntime/1'],
    ['createContainer', 'init', '/c', '/hooks/createContainer/0'],
    ['startContainer', 'init', '/s', '/hooks/startContainer/0'],
    ['startContainer', 'init', '/s2', '/hooks/startContainer/1'],
  ]);
});

test('run goes on to poststart once the program is executed', () => {
  expect(hooksOf({ untilExecuted: true }).at(-1)).toMatchObject({ phase: 'poststart', on: 'host' });
  const kinds = kindsOf(planOf(usualSpec({ hooks: HOOKS }), { untilExecuted: true }));
  expect(kinds.slice(-2)).toEqual(['execve', 'hook']);
});

test('those of create see mounts and the old root, those of start the container', () => {
  const plan = planOf(usualSpec({ hooks: HOOKS, mounts: [{ destination: '/proc', type: 'proc' }] }));
  const order = plan.map((step) => (step.kind === 'hook' ? step.phase : step.kind));
  const at = (name: string): number => order.indexOf(name);
  expect(at('mount')).toBeLessThan(at('prestart'));
  expect(at('createContainer')).toBeLessThan(at('pivot'));
  expect(at('await-start')).toBeLessThan(at('startContainer'));
  expect(at('startContainer')).toBeLessThan(at('execve'));
});

test('argv, environment and timeout', () => {
  const [prestart, , second, , start, withEnv] = hooksOf();
  expect(prestart).toMatchObject({ args: ['/p'], env: [], timeout: 0 });
  expect(second).toMatchObject({ args: ['r2', '-x'], env: ['A=1'], timeout: 5 });
  expect(start?.env).toEqual(['PATH=/bin', 'HOME=/']);
  expect(withEnv?.env).toEqual([]);
});

test('the state goes around the pid', () => {
  const states = hooksOf({ untilExecuted: true }).map(
    ({ stateHead, stateTail }) => JSON.parse(`${stateHead}42${stateTail}`) as object,
  );
  expect(states[0]).toEqual({
    ociVersion: '1.3.0',
    id: 'web',
    status: 'created',
    pid: 42,
    bundle: '/bundle',
    annotations: { a: 'ä"' },
  });
  expect(states.map((state) => ('status' in state ? state.status : ''))).toEqual([
    ...['created', 'creating', 'creating', 'creating'],
    ...['created', 'created', 'running'],
  ]);
});
