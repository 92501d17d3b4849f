import { expect, test } from 'vitest';
import { environmentOf } from '../../src/plan/process.ts';
import type { Linux, Process, Spec } from '../../src/spec/types.ts';
import {
  kindsOf,
  OWN_ID,
  planOf,
  PROCESS,
  refusalOf,
  specOf,
  stepOf,
  stepsOf,
  USER,
  usualSpec,
} from '../support/plan.ts';

function planWith(
  process: Partial<Process>,
  options: Parameters<typeof planOf>[1] = {},
): ReturnType<typeof planOf> {
  return planOf(usualSpec({ process: { ...PROCESS, ...process } }), options);
}

test('of several values of a variable the last counts', () => {
  const { variables, path } = environmentOf(
    { ...PROCESS, env: ['PATH=/a', 'A=1', 'PATH=/b', 'A=', 'B=x=y'] },
    [],
  );
  expect(variables).toEqual(['PATH=/b', 'A=', 'B=x=y']);
  expect(path).toBe('/b');
});

const home = (env: string[]): [readonly string[], boolean] => {
  const { variables, addHome } = environmentOf({ ...PROCESS, env }, []);
  return [variables, addHome];
};

test('HOME is looked up where it is not set or empty', () => {
  expect(home([])).toEqual([[], true]);
  expect(home(['HOME='])).toEqual([[], true]);
  expect(home(['HOME=/x'])).toEqual([['HOME=/x'], false]);
  expect(home(['HOME=/x', 'HOME='])).toEqual([[], true]);
});

test('without PATH the program is looked for where execvp would', () => {
  expect(environmentOf({ ...PROCESS, env: [] }, []).path).toBe('/bin:/usr/bin');
  expect(stepOf(planWith({ args: ['ls', '-l'] }), 'find-executable')).toMatchObject({
    name: 'ls',
    path: '/bin',
  });
});

test('what socket activation and readiness need is added', () => {
  const plan = planWith({ env: ['LISTEN_FDS=9'] }, { listenFds: 2, keepFds: 5, notify: '/run/notify' });
  expect(stepOf(plan, 'execve').env).toEqual([
    'NOTIFY_SOCKET=/run/notify/notify.sock',
    'LISTEN_FDS=2',
    'LISTEN_PID=1',
  ]);
  expect(stepOf(plan, 'close-fds').keep).toBe(5);
});

test('user, groups, directory, umask', () => {
  const plan = planWith({ cwd: '/srv/www', user: { uid: 5, gid: 6, umask: 0o077, additionalGids: [7, 8] } });
  expect(stepOf(plan, 'user')).toMatchObject({ uid: 5, gid: 6, groups: [7, 8], setGroups: true });
  expect(stepOf(plan, 'umask')).toMatchObject({ mode: 0o077, because: '/process/user/umask' });
  expect(stepOf(plan, 'cwd-create').path).toBe('/srv/www');
  expect(stepOf(plan, 'cwd').path).toBe('/srv/www');
  expect(stepOf(plan, 'execve').uid).toBe(5);
  const plain = planWith({});
  expect(stepOf(plain, 'umask')).toMatchObject({ mode: 0o022, because: '/process/user' });
  expect(stepsOf(plain, 'cwd-create')).toEqual([]);
});

test('each thing is done while there is still the right to it', () => {
  const plan = planWith({
    noNewPrivileges: true,
    apparmorProfile: 'web',
    selinuxLabel: 'label',
    rlimits: [{ type: 'RLIMIT_CORE', soft: 0, hard: 0 }],
  });
  const order = [
    'pivot',
    'umask',
    'apparmor',
    'selinux',
    'rlimit',
    'no-new-privileges',
    'user',
    'cwd',
    'capabilities',
    'find-executable',
  ] as const;
  const end = ['created', 'await-start', 'close-fds', 'execve'] as const;
  expect(kindsOf(plan, [...order, ...end])).toEqual([...order, ...end]);
});

test('a label needs a procfs of our own', () => {
  expect(stepOf(planWith({ apparmorProfile: 'web' }), 'procfs').because).toBe('/process/apparmorProfile');
  expect(stepOf(planWith({ selinuxLabel: 'x' }), 'procfs').because).toBe('/process/selinuxLabel');
  expect(stepsOf(planWith({ apparmorProfile: '' }), 'apparmor')).toEqual([]);
});

test('a terminal goes to the socket, or to the host itself', () => {
  const terminal = { terminal: true, consoleSize: { width: 80, height: 24 } };
  const plan = planWith(terminal, { consoleSocket: '/c.sock' });
  const { slot } = stepOf(plan, 'connect');
  expect(stepOf(plan, 'connect')).toMatchObject({
    on: 'host',
    path: '/c.sock',
    because: '/process/terminal',
  });
  expect(stepOf(plan, 'console')).toMatchObject({
    slot,
    width: 80,
    height: 24,
    mount: true,
    path: '/dev/console',
  });
  const foreground = planWith(terminal);
  expect(stepOf(foreground, 'console').slot).toBe(0);
  expect(stepsOf(foreground, 'connect')).toEqual([]);
});

test('without a terminal there is none, whatever size; without mounts it is not at /dev/console', () => {
  const plan = planWith({ consoleSize: { width: 80, height: 24 } }, { consoleSocket: '/c.sock' });
  expect(kindsOf(plan, ['console', 'connect'])).toEqual([]);
  const bare = planOf(specOf(['pid'], { process: { ...PROCESS, terminal: true } }));
  expect(stepOf(bare, 'console')).toMatchObject({ mount: false, path: '' });
});

function specWithGroups(additionalGids: number[], linux: Partial<Linux> = {}): Spec {
  const user = { uid: 0, gid: 0, additionalGids };
  return specOf(['user', 'mount'], { process: { ...PROCESS, user } }, linux);
}

test('who maps his own group himself gives setgroups up, and with it the groups', () => {
  expect(stepOf(planOf(specWithGroups([], OWN_ID), {}, USER), 'user').setGroups).toBe(false);
  expect(stepOf(planOf(specWithGroups([5])), 'user').setGroups).toBe(true);
  const { details } = refusalOf(() => planOf(specWithGroups([5], OWN_ID), {}, USER));
  expect(details.path).toBe('/process/user/additionalGids');
});

test('groups that newgidmap maps can be set', () => {
  expect(stepOf(planOf(specWithGroups([5]), {}, USER), 'user')).toMatchObject({
    groups: [5],
    setGroups: true,
  });
});
