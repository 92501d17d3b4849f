import { expect, test } from 'vitest';
import type { Facts } from '../../src/plan/facts.ts';
import type { Linux, Namespace, NamespaceType, Spec } from '../../src/spec/types.ts';
import { kindsOf, MAPPINGS, OWN_ID, planOf, specOf, stepOf, stepsOf, USER } from '../support/plan.ts';

const CREATION = [
  'clone',
  'oom-score',
  'join',
  'unshare',
  'id-map',
  'become-root',
  'time-offsets',
  'fork',
] as const;

/** The steps that make the process, each with the namespaces that it concerns. */
function creationOf(namespaces: readonly Namespace[], facts: Partial<Facts> = {}): string[] {
  const mapped = namespaces.some(({ type, path }) => type === 'user' && path === undefined);
  const linux = { namespaces, ...(mapped && { uidMappings: MAPPINGS, gidMappings: MAPPINGS }) };
  return planOf(specOf([], {}, linux), {}, facts)
    .filter(({ kind }) => CREATION.some((known) => known === kind))
    .map((step) => ('namespaces' in step ? [step.kind, ...step.namespaces].join(' ') : step.kind));
}

function own(...types: NamespaceType[]): Namespace[] {
  return types.map((type) => ({ type }));
}

test('without a user namespace the first process is the container: one clone with all namespaces', () => {
  expect(creationOf(own('pid', 'network', 'ipc', 'uts', 'mount'))).toEqual([
    'clone pid network ipc uts mount',
  ]);
});

test('the cgroup namespace is made once the process is in its cgroup, which is its root then', () => {
  expect(creationOf(own('pid', 'cgroup', 'mount'))).toEqual(['clone pid mount', 'unshare cgroup']);
});

test('a user namespace is entered and mapped before the others are made in it', () => {
  expect(creationOf(own('user', 'pid', 'mount', 'cgroup'))).toEqual([
    'clone',
    'unshare user',
    'id-map',
    'become-root',
    'fork pid mount',
    'unshare cgroup',
  ]);
});

test('joined namespaces are entered directly', () => {
  expect(creationOf([{ type: 'network', path: '/run/netns/a' }, ...own('pid', 'mount')])).toEqual([
    'clone pid mount',
    'join network',
  ]);
});

test('a joined pid namespace counts for children, so a stage joins it last and forks', () => {
  const pid = { type: 'pid', path: '/proc/7/ns/pid' } as const;
  const network = { type: 'network', path: '/proc/7/ns/net' } as const;
  expect(creationOf([pid, network, ...own('mount')])).toEqual([
    'clone',
    'join network',
    'join pid',
    'fork mount',
  ]);
});

test('a privileged runtime joins a user namespace last, another one first', () => {
  const joined: Namespace[] = [
    { type: 'user', path: '/proc/7/ns/user' },
    { type: 'network', path: '/proc/7/ns/net' },
  ];
  const rest = ['become-root', 'fork mount'];
  expect(creationOf([...joined, ...own('mount')])).toEqual(['clone', 'join network', 'join user', ...rest]);
  expect(creationOf([...joined, ...own('mount')], USER)).toEqual([
    'clone',
    'join user',
    'join network',
    ...rest,
  ]);
});

test('each joined namespace is opened on the host and joined by its descriptor', () => {
  const plan = planOf(specOf([], {}, { namespaces: [{ type: 'network', path: '/run/netns/a' }] }));
  const opened = stepOf(plan, 'open-namespace');
  expect(opened).toMatchObject({
    on: 'host',
    type: 'network',
    path: '/run/netns/a',
    because: '/linux/namespaces/0',
  });
  expect(stepOf(plan, 'join')).toMatchObject({
    on: 'init',
    slot: opened.slot,
    because: '/linux/namespaces/0',
  });
  expect(opened.slot).toBeGreaterThan(0);
});

test("the runtime's own is refused where the config changes something in it", () => {
  const namespaces = [
    { type: 'network', path: '/n' },
    { type: 'ipc', path: '/i' },
    { type: 'uts', path: '/u' },
  ] as const;
  const refusing = (rest: Partial<Spec>, linux: Partial<Linux> = {}): string[] =>
    stepsOf(planOf(specOf([], rest, { namespaces, ...linux })), 'open-namespace')
      .filter(({ refuseOwn }) => refuseOwn)
      .map(({ type }) => type);
  expect(refusing({})).toEqual([]);
  expect(refusing({ hostname: 'a' })).toEqual(['uts']);
  expect(refusing({}, { netDevices: { eth0: {} } })).toEqual(['network']);
  expect(refusing({}, { sysctl: { 'net.ipv4.ip_forward': '1' } })).toEqual(['network']);
  expect(refusing({}, { sysctl: { 'kernel.domainname': 'a', 'kernel.sem': '1 2 3 4' } })).toEqual([
    'ipc',
    'uts',
  ]);
});

test('a new time namespace gets its offsets before the first process enters', () => {
  const timeOffsets = { boottime: { secs: -5 }, monotonic: { secs: 3, nanosecs: 7 } };
  const plan = planOf(specOf(['time', 'mount'], {}, { timeOffsets }));
  expect(kindsOf(plan, CREATION)).toEqual(['clone', 'unshare', 'time-offsets', 'fork']);
  expect(stepOf(plan, 'time-offsets')).toMatchObject({
    monotonicSeconds: 3,
    monotonicNanoseconds: 7,
    boottimeSeconds: -5,
    boottimeNanoseconds: 0,
    because: '/linux/timeOffsets',
  });
  expect(stepOf(plan, 'fork').namespaces).toEqual(['mount']);
});

test('in a user namespace the time namespace is made after it, so that its root may set the offsets', () => {
  expect(creationOf(own('time', 'user'))).toEqual([
    'clone',
    'unshare user',
    'id-map',
    'become-root',
    'unshare time',
    'fork',
  ]);
});

test('a joined time namespace needs no stage', () => {
  expect(creationOf([{ type: 'time', path: '/proc/7/ns/time' }])).toEqual(['clone', 'join time']);
});

test('setgroups is given up where only that lets an unprivileged runtime map groups', () => {
  const spec = specOf(['user', 'mount']);
  expect(stepOf(planOf(spec), 'id-map').denySetgroups).toBe(false);
  expect(stepOf(planOf(spec, {}, USER), 'id-map').denySetgroups).toBe(false);
  const alone = specOf(['user', 'mount'], {}, OWN_ID);
  expect(stepOf(planOf(alone, {}, USER), 'id-map').denySetgroups).toBe(true);
  expect(stepOf(planOf(spec), 'id-map').uidMappings).toEqual([{ inside: 0, outside: 100_000, size: 65_536 }]);
});

test('oom_score_adj is set by the host right after the clone, and only if asked for', () => {
  const process = { args: ['sh'], cwd: '/', user: { uid: 0, gid: 0 }, oomScoreAdj: -7 };
  const plan = planOf(specOf(['pid', 'mount'], { process }));
  expect(kindsOf(plan)[kindsOf(plan).indexOf('clone') + 1]).toBe('oom-score');
  expect(stepOf(plan, 'oom-score')).toMatchObject({ on: 'host', value: -7, because: '/process/oomScoreAdj' });
  expect(stepsOf(planOf(specOf(['pid'])), 'oom-score')).toEqual([]);
});

test('the loopback interface of a new network is set up, that of a joined one is not ours', () => {
  expect(stepOf(planOf(specOf(['network'])), 'loopback').because).toBe('/linux/namespaces/0');
  const joined = specOf([], {}, { namespaces: [{ type: 'network', path: '/run/netns/a' }] });
  expect(stepsOf(planOf(joined), 'loopback')).toEqual([]);
});

test('names are set, and the session keyring unless the command says no', () => {
  const plan = planOf(specOf(['uts'], { hostname: 'web', domainname: 'example.org' }));
  expect(stepOf(plan, 'hostname').name).toBe('web');
  expect(stepOf(plan, 'domainname').name).toBe('example.org');
  expect(stepOf(plan, 'session-keyring').name).toBe('_ses.web');
  expect(stepsOf(planOf(specOf([]), { noNewKeyring: true }), 'session-keyring')).toEqual([]);
});
