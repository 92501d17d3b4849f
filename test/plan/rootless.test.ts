import { expect, test } from 'vitest';
import { compileCreate } from '../../src/plan/create.ts';
import { describeFailure } from '../../src/plan/failure.ts';
import type { Facts, Rootless } from '../../src/plan/facts.ts';
import type { IdMapping, Linux, Spec } from '../../src/spec/types.ts';
import {
  FACTS,
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
  warningsOf,
} from '../support/plan.ts';

const users = (linux: Partial<Linux> = {}): Spec =>
  specOf(['user', 'pid', 'mount'], {}, { ...OWN_ID, ...linux });
const maps = (...mappings: readonly IdMapping[]): Partial<Linux> => ({
  uidMappings: mappings,
  gidMappings: mappings,
});
const user = (rootless: Partial<Rootless>): Partial<Facts> => ({
  ...USER,
  rootless: { ...USER.rootless, ...rootless },
});

/** Root of a user namespace with the ids 0 to 65536. */
const NAMESPACE: Partial<Facts> = {
  uid: 0,
  rootless: {
    ...USER.rootless,
    kind: 'namespace',
    gid: 0,
    mappings: {
      uid: [
        { containerID: 0, hostID: 1000, size: 1 },
        { containerID: 1, hostID: 100_000, size: 65_536 },
      ],
      gid: [{ containerID: 0, hostID: 1000, size: 65_537 }],
    },
    tools: { uid: {}, gid: {} },
  },
};

test('the own id alone is mapped by the runtime itself, which gives setgroups up', () => {
  expect(stepOf(planOf(users(), {}, USER), 'id-map')).toMatchObject({
    denySetgroups: true,
    uidTool: '',
    gidTool: '',
  });
});

test('other ids are mapped by newuidmap and newgidmap, by absolute path', () => {
  const ranges = maps(
    { containerID: 0, hostID: 1000, size: 1 },
    { containerID: 1, hostID: 100_000, size: 65_536 },
  );
  expect(stepOf(planOf(users(ranges), {}, USER), 'id-map')).toMatchObject({
    denySetgroups: false,
    uidTool: '/usr/bin/newuidmap',
    gidTool: '/usr/bin/newgidmap',
  });
});

test('each map has its own writer', () => {
  const uidMappings = [{ containerID: 0, hostID: 100_000, size: 9 }];
  expect(stepOf(planOf(users({ uidMappings }), {}, USER), 'id-map')).toMatchObject({
    denySetgroups: true,
    uidTool: '/usr/bin/newuidmap',
    gidTool: '',
  });
});

test('root of the machine, and who has CAP_SETUID, need no such program', () => {
  const ranges = maps({ containerID: 0, hostID: 7, size: 100_000 });
  const written = { denySetgroups: false, uidTool: '', gidTool: '' };
  expect(stepOf(planOf(users(ranges)), 'id-map')).toMatchObject(written);
  const capable = { ...USER, grantable: ['CAP_SETUID', 'CAP_SETGID'] } as const;
  expect(stepOf(planOf(users(ranges), {}, capable), 'id-map')).toMatchObject(written);
});

test.each([
  ['above the range', { start: 100_000, count: 65_535 }],
  ['below the range', { start: 100_001, count: 65_536 }],
])('ids %s of subuid are refused', (_, range) => {
  const { path, ...gid } = USER.rootless.tools.gid;
  const facts = user({ tools: { uid: { path, userName: 'user', ranges: [range] }, gid: { path, ...gid } } });
  const refused = refusalOf(() => planOf(specOf(['user', 'mount']), {}, facts));
  expect(refused.message).toContain('100000-165535 of the host are not given to user by /etc/subuid');
  expect(refused.details.path).toBe('/linux/uidMappings/0');
});

test('ranges that follow one another are one', () => {
  const uid = {
    path: '/u',
    userName: 'user',
    ranges: [
      { start: 150_000, count: 20_000 },
      { start: 100_000, count: 50_000 },
    ],
  };
  const facts = user({ tools: { ...USER.rootless.tools, uid } });
  expect(stepOf(planOf(specOf(['user', 'mount']), {}, facts), 'id-map').uidTool).toBe('/u');
});

test('where subuid is not the whole truth, newuidmap decides', () => {
  const facts = user({ tools: { uid: { path: '/u' }, gid: { path: '/g' } } });
  expect(stepOf(planOf(specOf(['user', 'mount']), {}, facts), 'id-map')).toMatchObject({
    uidTool: '/u',
    gidTool: '/g',
  });
});

test('without newuidmap the error says which package has it', () => {
  const facts = user({ tools: { uid: {}, gid: {} } });
  const refused = refusalOf(() => planOf(specOf(['user', 'mount']), {}, facts));
  expect(refused.message).toBe(
    'linux.uidMappings: an ordinary user can map uid 1000 alone, and newuidmap is not installed',
  );
  expect(refused.details.hint).toContain('package uidmap');
});

test('root of a user namespace maps what that namespace knows', () => {
  expect(
    stepOf(
      planOf(specOf(['user', 'mount'], {}, maps({ containerID: 0, hostID: 0, size: 65_537 })), {}, NAMESPACE),
      'id-map',
    ),
  ).toMatchObject({ uidTool: '', denySetgroups: false });
  const refused = refusalOf(() => planOf(specOf(['user', 'mount']), {}, NAMESPACE));
  expect(refused.details).toMatchObject({
    path: '/linux/uidMappings/0/hostID',
    hint: 'it has the uids 0, 1-65536',
  });
});

test.each([
  ['user.max_user_namespaces = 0', 'sysctl -w user.max_user_namespaces=15000'],
  ['kernel.unprivileged_userns_clone = 0', 'sysctl -w kernel.unprivileged_userns_clone=1'],
])('%s is found before anything is made', (forbiddenBy, remedy) => {
  const refused = refusalOf(() => planOf(users(), {}, user({ forbiddenBy })));
  expect(refused.message).toContain(`for uid 1000: ${forbiddenBy}`);
  expect(refused.details.hint).toContain(remedy);
});

test('an ordinary user gets a user namespace that he did not ask for, with the ids that are his', () => {
  const { plan, spec, warnings } = compileCreate(usualSpec(), { ...FACTS, ...USER }, {});
  expect(spec.linux?.namespaces?.at(-1)).toEqual({ type: 'user' });
  expect(warnings[0]).toContain('there is no user namespace, which an ordinary user needs');
  expect(stepOf(plan, 'id-map')).toMatchObject({
    uidMappings: [
      { inside: 0, outside: 1000, size: 1 },
      { inside: 1, outside: 100_000, size: 65_536 },
    ],
    uidTool: '/usr/bin/newuidmap',
  });
});

test('without newuidmap that namespace has him alone', () => {
  const alone = user({ tools: { uid: {}, gid: {} } });
  expect(stepOf(planOf(usualSpec(), {}, alone), 'id-map')).toMatchObject({
    uidMappings: [{ inside: 0, outside: 1000, size: 1 }],
    denySetgroups: true,
  });
  const process = { ...PROCESS, user: { uid: 7, gid: 0 } };
  expect(refusalOf(() => planOf(usualSpec({ process }), {}, alone)).message).toContain(
    'process.user.uid: 7 is not mapped in the user namespace that is made for an ordinary user',
  );
});

test('root of a user namespace needs no other', () => {
  expect(stepsOf(planOf(usualSpec(), {}, NAMESPACE), 'id-map')).toEqual([]);
});

test('what is denied above is denied below', () => {
  const denied = { ...NAMESPACE, rootless: { ...USER.rootless, ...NAMESPACE.rootless, deniesGroups: true } };
  expect(stepOf(planOf(usualSpec(), {}, denied), 'user').setGroups).toBe(false);
  expect(stepOf(planOf(usualSpec(), {}, NAMESPACE), 'user').setGroups).toBe(true);
});

test('a joined user namespace says itself whether groups can be set', () => {
  const joined = specOf(
    [],
    {},
    { namespaces: [{ type: 'user', path: '/proc/7/ns/user' }, { type: 'mount' }] },
  );
  for (const denied of [true, false]) {
    const facts: Partial<Facts> = { ...USER, joinedDeniesGroups: denied };
    expect(stepOf(planOf(joined, {}, facts), 'user').setGroups).toBe(!denied);
  }
});

test('init of an ordinary user writes its own score', () => {
  const process = { ...PROCESS, oomScoreAdj: 5 };
  const spec = specOf(['user', 'mount'], { process }, OWN_ID);
  expect(stepOf(planOf(spec, {}, USER), 'oom-score').on).toBe('init');
  expect(stepOf(planOf(spec), 'oom-score').on).toBe('host');
});

test('sources are cloned inside by an ordinary user, outside by who has rights there', () => {
  const mounts = [{ destination: '/data', source: '/data', options: ['bind'] }];
  const spec = specOf(['user', 'mount'], { mounts }, OWN_ID);
  expect(kindsOf(planOf(spec, {}, USER), ['open-tree', 'bind'])).toEqual(['bind']);
  expect(kindsOf(planOf(spec), ['open-tree', 'bind'])).toEqual(['open-tree', 'bind']);
});

test('proc and sys of namespaces that are not made are those of the host', () => {
  const mounts = [
    { destination: '/proc', type: 'proc', source: 'proc' },
    { destination: '/sys', type: 'sysfs', source: 'sysfs' },
  ];
  const shared = planOf(specOf(['user', 'mount'], { mounts }, OWN_ID), {}, USER);
  expect(stepsOf(shared, 'bind').map(({ source, target }) => [source, target])).toEqual([
    ['/proc', '/proc'],
    ['/sys', '/sys'],
  ]);
  const own = planOf(specOf(['user', 'mount', 'pid', 'network'], { mounts }, OWN_ID), {}, USER);
  expect(stepsOf(own, 'mount').map(({ type, otherwise }) => [type, otherwise])).toEqual([
    ['proc', ''],
    ['sysfs', '/sys'],
  ]);
});

test('ids of a mount must be mapped', () => {
  const mounts = [
    { destination: '/dev/pts', type: 'devpts', source: 'devpts', options: ['mode=0620', 'gid=5'] },
  ];
  const refused = refusalOf(() => planOf(specOf(['user', 'mount'], { mounts }, OWN_ID), {}, USER));
  expect(refused.details.path).toBe('/mounts/0/options/1');
  expect(() => planOf(specOf(['user', 'mount'], { mounts }))).not.toThrow();
});

const CGROUP = FACTS.cgroup;
const undelegated: Partial<Facts> = {
  ...USER,
  cgroup: CGROUP && { ...CGROUP, delegation: { parent: '/user/runts', from: '/', missing: '/user' } },
};
const delegated: Partial<Facts> = {
  ...USER,
  cgroup: CGROUP && {
    ...CGROUP,
    controllers: ['pids'],
    delegation: { parent: '/user/runts', from: '/user' },
  },
};

test('without a delegated cgroup there is none, and no limit', () => {
  expect(stepsOf(planOf(users(), {}, undelegated), 'cgroup-create')).toEqual([]);
  expect(stepOf(planOf(users(), {}, undelegated), 'clone').intoCgroup).toBe(false);
  const refused = refusalOf(() => planOf(users({ resources: { pids: { limit: 3 } } }), {}, undelegated));
  expect(refused.message).toBe(
    'linux.resources.pids.limit: needs a cgroup, and the cgroup /user is not delegated to uid 1000',
  );
  expect(refused.details.hint).toContain('Delegate=yes');
});

test('without a cgroup and a pid namespace processes can be lost, which is a warning', () => {
  expect(warningsOf(users(), undelegated)).toEqual([]);
  const warnings = warningsOf(specOf(['user', 'mount'], {}, OWN_ID), undelegated);
  expect(warnings.join()).toContain('kill and delete reach the first process alone');
});

test('in a delegated cgroup the container is beside the runtime, without a device program', () => {
  const plan = planOf(users({ resources: { pids: { limit: 3 } } }), {}, delegated);
  expect(stepOf(plan, 'cgroup-create').path).toBe('/user/runts/web');
  expect(stepsOf(plan, 'cgroup-devices')).toEqual([]);
  const relative = planOf(users({ cgroupsPath: 'a/b' }), {}, delegated);
  expect(stepOf(relative, 'cgroup-create').path).toBe('/user/runts/a/b');
});

test('a controller that was not delegated is named', () => {
  const refused = refusalOf(() => planOf(users({ resources: { memory: { limit: 9 } } }), {}, delegated));
  expect(refused.message).toContain(
    'the memory controller is not delegated: /sys/fs/cgroup/user/cgroup.controllers has only pids',
  );
});

test('device rules beyond "deny all" are a warning', () => {
  const deny = { allow: false, access: 'rwm' };
  expect(warningsOf(users({ resources: { devices: [deny] } }), delegated)).toEqual([]);
  const rules = [deny, { allow: false, type: 'c', major: 10, minor: 200, access: 'rwm' }] as const;
  expect(warningsOf(users({ resources: { devices: rules } }), delegated)).toHaveLength(1);
});

test('a cgroup that is not its own is shown read-only', () => {
  const mounts = [{ destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: ['rw'] }];
  const spec = specOf(['user', 'mount', 'cgroup'], { mounts }, OWN_ID);
  expect(stepOf(planOf(spec, {}, undelegated), 'mount').attributes).toEqual(['rdonly']);
  expect(stepOf(planOf(spec, {}, delegated), 'mount').attributes).toEqual([]);
});

const failed = { ok: false, step: 0, call: '', detail: '' } as const;

test.each([
  ['unshare', 'EACCES', 'unshare(CLONE_NEWUSER)'],
  ['unshare', 'EPERM', 'unshare(CLONE_NEWUSER)'],
  ['id-map', 'EACCES', 'write("/proc/7/uid_map", "0 1000 1")'],
  ['fork', 'EPERM', 'clone3(CLONE_PARENT|CLONE_PIDFD, CLONE_NEWPID)'],
] as const)(
  'where %s gives %s, the parameters that restrict user namespaces are named',
  (kind, errno, call) => {
    const plan = planOf(users(), {}, USER).filter((step) => step.kind === kind);
    const { hint } = describeFailure(plan, { ...failed, errno, call }).details;
    expect(hint).toContain('kernel.apparmor_restrict_unprivileged_userns');
  },
);

test('what newuidmap said is in the message, and where its rights come from in the hint', () => {
  const plan = [stepOf(planOf(specOf(['user', 'mount']), {}, USER), 'id-map')];
  const call = '/usr/bin/newuidmap(fd:3, 0, 100000, 65536)';
  const detail = 'newuidmap: write to uid_map failed: Operation not permitted';
  const error = describeFailure(plan, { ...failed, errno: 'EPERM', call, detail });
  expect(error.message).toContain(detail);
  expect(error.details.hint).toContain('/etc/subuid must give the user these ids');
  expect(error.details.hint).toContain('no_new_privs');
});
