import { expect, test } from 'vitest';
import type { Mount } from '../../src/spec/types.ts';
import { kindsOf, MAPPINGS, planOf, refusalOf, specOf, stepOf, stepsOf, usualSpec } from '../support/plan.ts';

const ONE = [{ containerID: 0, hostID: 1000, size: 1 }] as const;
const USER = ['user', 'pid', 'network', 'mount', 'cgroup'] as const;

function planOfMounts(...mounts: Mount[]): ReturnType<typeof planOf> {
  return planOf(usualSpec({ mounts }));
}

function mount(destination: string, type: string, options: string[] = [], source = type): Mount {
  return { destination, type, source, options };
}

function bind(destination: string, source: string, ...options: string[]): Mount {
  return { destination, source, options: ['bind', ...options] };
}

function refuse(...mounts: Mount[]): [string, string | undefined] {
  const { message, details } = refusalOf(() => planOfMounts(...mounts));
  return [message, details.path];
}

test('mounts are made in the order of the list, each with its pointer', () => {
  const plan = planOfMounts(mount('/proc', 'proc'), bind('/data', '/srv'), mount('/tmp', 'tmpfs'));
  const steps = plan.filter(({ because }) => because.startsWith('/mounts'));
  expect(steps.map(({ kind, because }) => [kind, because])).toEqual([
    ['mount', '/mounts/0'],
    ['bind', '/mounts/1'],
    ['mount', '/mounts/2'],
  ]);
});

test('a new file system gets attributes, the words of its own, and propagation', () => {
  const step = stepOf(
    planOfMounts(mount('/dev/pts', 'devpts', ['nosuid', 'noexec', 'mode=0620', 'rslave'])),
    'mount',
  );
  expect(step).toMatchObject({
    on: 'init',
    type: 'devpts',
    source: 'devpts',
    target: '/dev/pts',
    attributes: ['nosuid', 'noexec'],
    options: ['mode=0620'],
    propagation: 'slave',
    propagationRecursive: true,
  });
});

test('recursive words mean the mount itself where there is nothing below', () => {
  const step = stepOf(planOfMounts(mount('/x', 'proc2', ['noatime', 'rro', 'rstrictatime'])), 'mount');
  expect(step.attributes).toEqual(['rdonly', 'strictatime']);
});

test('flags of a superblock go to the file system; ro only where nobody else may use it', () => {
  const disk = stepOf(
    planOfMounts(mount('/x', 'ext4', ['ro', 'sync', 'data=ordered'], '/dev/sdb1')),
    'mount',
  );
  expect(disk).toMatchObject({ options: ['sync', 'ro', 'data=ordered'], attributes: ['rdonly'] });
  const shared = stepOf(planOfMounts(mount('/sys', 'sysfs', ['ro'])), 'mount');
  expect(shared).toMatchObject({ options: [], attributes: ['rdonly'] });
});

test('a read-only tmpfs, and anything at /dev, is written to before it becomes read-only', () => {
  const plan = planOfMounts(
    mount('/run', 'tmpfs', ['ro', 'nosuid']),
    mount('/dev', 'devtmpfs', ['ro']),
    mount('/x', 'xfs', ['ro']),
  );
  expect(stepsOf(plan, 'mount').map(({ attributes }) => attributes)).toEqual([['nosuid'], [], ['rdonly']]);
  expect(stepsOf(plan, 'mount-attributes').map(({ target, set, because }) => [target, set, because])).toEqual(
    [
      ['/run', ['rdonly'], '/mounts/0'],
      ['/dev', ['rdonly'], '/mounts/1'],
    ],
  );
  const order = kindsOf(plan, ['mount', 'device', 'mount-attributes', 'pivot']);
  expect(order.lastIndexOf('device')).toBeLessThan(order.indexOf('mount-attributes'));
  expect(order.indexOf('mount-attributes')).toBeLessThan(order.indexOf('pivot'));
});

test('a tmpfs keeps the mode of what it covers unless the config gives one', () => {
  const plan = planOfMounts(mount('/a', 'tmpfs'), mount('/b', 'tmpfs', ['mode=1777']), mount('/c', 'ramfs'));
  expect(stepsOf(plan, 'mount').map(({ inheritMode }) => inheritMode)).toEqual([true, false, false]);
});

test('tmpcopyup', () => {
  expect(stepOf(planOfMounts(mount('/etc', 'tmpfs', ['tmpcopyup'])), 'mount').copyUp).toBe(true);
});

test('targets are absolute and clean', () => {
  const plan = planOfMounts(bind('data/', '/a'), bind('/x/../../y//z/.', '/b'));
  expect(stepsOf(plan, 'bind').map(({ target }) => target)).toEqual(['/data', '/y/z']);
});

test('the option decides what a bind mount is, not the type; a relative source counts from the bundle', () => {
  const plan = planOfMounts({ destination: '/a', type: 'tmpfs', source: './data', options: ['rbind'] });
  expect(stepOf(plan, 'bind')).toMatchObject({ source: '/bundle/data', recursive: true, slot: 0 });
  expect(stepsOf(plan, 'mount')).toEqual([]);
});

test('with the first flag a bind mount gets just those that are named, unless they are locked', () => {
  const steps = stepsOf(
    planOfMounts(bind('/a', '/x'), bind('/b', '/x', 'ro', 'exec'), bind('/c', '/x', 'rro')),
    'bind',
  );
  expect(steps.map(({ set, clear, clearUnlessLocked }) => [set, clear, clearUnlessLocked])).toEqual([
    [[], [], []],
    [['rdonly'], ['noexec'], ['nosuid', 'nodev', 'nosymfollow']],
    [[], [], []],
  ]);
  expect(steps[2]?.recursiveSet).toEqual(['rdonly']);
});

test('a remount changes the attributes that are named', () => {
  const plan = planOfMounts({ destination: '/a', options: ['remount', 'bind', 'ro', 'exec', 'rnosuid'] });
  expect(stepsOf(plan, 'mount-attributes')).toMatchObject([
    { target: '/a', recursive: false, set: ['rdonly'], clear: ['noexec'] },
    { target: '/a', recursive: true, set: ['nosuid'], clear: [] },
  ]);
});

test('a mount on / is made read-only when all that lies in it has been made', () => {
  const plan = planOfMounts({ destination: '/', type: 'tmpfs', options: ['ro', 'nodev'] });
  expect(stepsOf(plan, 'mount')).toMatchObject([{ target: '/', attributes: ['nodev'] }]);
  expect(plan.findIndex(({ kind }) => kind === 'root-readonly')).toBeGreaterThan(
    plan.findLastIndex(({ kind }) => kind === 'device' || kind === 'symlink'),
  );
});

test('symbolic links are followed unless the options say otherwise', () => {
  const plan = planOfMounts(
    { destination: '/a', source: '/s', options: ['bind'] },
    { destination: '/b', source: '/s', options: ['bind', 'copy-symlink'] },
    { destination: '/c', source: '/s', options: ['bind', 'src-nofollow', 'dest-nofollow'] },
  );
  expect(stepsOf(plan, 'bind').map(({ sourceLink, coverLink }) => [sourceLink, coverLink])).toEqual([
    ['follow', false],
    ['copy', false],
    ['mount', true],
  ]);
});

test('what a mount cannot be is refused in words', () => {
  expect(refuse({ destination: '/a', source: '/b' })[0]).toBe(
    'mounts[0]: has neither a type nor the option bind',
  );
  expect(
    refuse({ destination: '/a', options: ['remount', 'idmap'], uidMappings: ONE, gidMappings: ONE })[0],
  ).toBe('mounts[0]: what is mounted already cannot be idmapped');
  expect(refuse(bind('/a', ''))[0]).toBe('mounts[0]: a bind mount needs a source');
  expect(refuse({ ...mount('/proc', 'proc', ['idmap']), uidMappings: ONE, gidMappings: ONE })[0]).toBe(
    'mounts[0]: proc cannot have id mappings of its own',
  );
});

test('what becomes read-only later is the mount itself', () => {
  const plan = planOfMounts(
    mount('/run', 'tmpfs', ['ro']),
    mount('/dev', 'tmpfs', ['ro']),
    mount('/tmp', 'tmpfs'),
  );
  const kept = stepsOf(plan, 'mount').map(({ keep }) => keep);
  expect(kept.map((slot) => slot > 0)).toEqual([true, true, false]);
  expect(stepsOf(plan, 'mount-attributes').map(({ slot }) => slot)).toEqual(kept.slice(0, 2));
});

test('at /proc there is procfs and nothing else, below it a few emulated files', () => {
  expect(stepOf(planOfMounts(bind('/proc', '/proc')), 'bind').requireType).toBe('proc');
  expect(stepOf(planOfMounts(bind('/proc/meminfo', '/var/lib/lxcfs/proc/meminfo')), 'bind').requireType).toBe(
    '',
  );
  expect(refuse(mount('/proc', 'tmpfs'))[0]).toBe(
    'mounts[0].destination: only procfs can be mounted at /proc, not tmpfs',
  );
  expect(refuse(bind('/tmp/../proc/self/attr', '/a'))[0]).toBe(
    'mounts[0].destination: /proc/self/attr is inside of /proc',
  );
  expect(refuse(bind('/proc/sys', '/a'))[1]).toBe('/mounts/0/destination');
  expect(() => planOfMounts(bind('/process', '/a'))).not.toThrow();
  const onProc = stepsOf(planOfMounts(bind('/proc/meminfo', '/a'), bind('/p', '/a')), 'bind');
  expect(onProc.map((step) => step.onProc)).toEqual([true, false]);
});

test.each(['cgroup', 'cgroup2'])('%s is v2: a new mount in a cgroup namespace', (type) => {
  const step = stepOf(planOfMounts(mount('/sys/fs/cgroup', type, ['ro', 'nosuid'])), 'mount');
  expect(step).toMatchObject({ type: 'cgroup2', attributes: ['rdonly', 'nosuid'] });
});

test.each(['cgroup', 'cgroup2'])(
  "%s without a namespace is the host's tree, read-only for own users",
  (type) => {
    const mounts = [mount('/sys/fs/cgroup', type, ['nosuid'])];
    const plain = stepOf(planOf(specOf(['mount'], { mounts })), 'bind');
    expect(plain).toMatchObject({ source: '/sys/fs/cgroup', recursive: true, recursiveSet: ['nosuid'] });
    const user = stepOf(planOf(specOf(['user', 'mount'], { mounts })), 'bind');
    expect(user.recursiveSet).toEqual(['rdonly', 'nosuid']);
    const none = refusalOf(() => planOf(specOf(['mount'], { mounts }), {}, { cgroup: undefined }));
    expect(none.message).toBe('mounts[0]: there is no cgroup v2 hierarchy to mount');
  },
);

test("sysfs belongs to the network: a user namespace without its own gets the host's /sys", () => {
  const mounts = [mount('/sys', 'sysfs', ['ro', 'noexec'])];
  const step = stepOf(planOf(specOf(['user', 'mount'], { mounts })), 'bind');
  expect(step).toMatchObject({ source: '/sys', recursive: true, recursiveSet: ['rdonly', 'noexec'] });
  expect(stepOf(planOf(specOf(USER, { mounts })), 'mount').type).toBe('sysfs');
});

test('in a user namespace sources are opened by the host, and are slaves of what they were', () => {
  const mounts = [bind('/a', '/x'), bind('/b', '/y', 'private')];
  const plan = planOf(specOf(USER, { mounts }));
  const trees = stepsOf(plan, 'open-tree');
  expect(trees).toMatchObject([
    { on: 'host', source: '/x', uidMappings: [], because: '/mounts/0' },
    { source: '/y', because: '/mounts/1' },
  ]);
  const binds = stepsOf(plan, 'bind');
  expect(binds.map(({ slot }) => slot)).toEqual(trees.map(({ slot }) => slot));
  expect(binds.map(({ propagation, propagationRecursive }) => [propagation, propagationRecursive])).toEqual([
    ['slave', true],
    ['private', false],
  ]);
  const order = kindsOf(plan, ['open-tree', 'clone']);
  expect(order).toEqual(['open-tree', 'open-tree', 'clone']);
});

test('an idmapped mount has its own mappings, or those of the container', () => {
  const own = { ...bind('/a', '/x', 'ridmap'), uidMappings: MAPPINGS, gidMappings: MAPPINGS };
  const mappings = [{ inside: 0, outside: 100_000, size: 65_536 }];
  expect(stepOf(planOfMounts(own), 'open-tree')).toMatchObject({
    uidMappings: mappings,
    gidMappings: mappings,
    idmapRecursive: true,
  });
  const { options: _, ...withoutWord } = own;
  expect(stepOf(planOfMounts({ ...withoutWord, options: ['bind'] }), 'open-tree')).toMatchObject({
    uidMappings: mappings,
    idmapRecursive: false,
  });
  const container = planOf(specOf(USER, { mounts: [bind('/a', '/x', 'idmap')] }));
  expect(stepOf(container, 'open-tree')).toMatchObject({ uidMappings: mappings, userNamespace: '' });
  const joined = specOf(['mount'], { mounts: [bind('/a', '/x', 'idmap')] });
  const linux = { namespaces: [{ type: 'mount' }, { type: 'user', path: '/proc/7/ns/user' }] } as const;
  expect(stepOf(planOf({ ...joined, linux }), 'open-tree')).toMatchObject({
    uidMappings: [],
    userNamespace: '/proc/7/ns/user',
  });
  expect(refuse(bind('/a', '/x', 'idmap'))[0]).toBe(
    'mounts[0]: an idmapped mount needs both uidMappings and gidMappings',
  );
});

test('an idmapped mount may have its mappings in the option, relative to the user namespace too', () => {
  const absolute = bind('/a', '/x', 'idmap=uids=0-5000-10#10-7000-5;gids=0-6000-10');
  expect(stepOf(planOfMounts(absolute), 'open-tree')).toMatchObject({
    uidMappings: [
      { inside: 0, outside: 5000, size: 10 },
      { inside: 10, outside: 7000, size: 5 },
    ],
    gidMappings: [{ inside: 0, outside: 6000, size: 10 }],
    idmapRecursive: false,
  });
  const relative = (uids: string) =>
    specOf(USER, { mounts: [bind('/a', '/x', `ridmap=${uids};gids=1-2-3`)] });
  expect(stepOf(planOf(relative('uids=@1-3-10')), 'open-tree')).toMatchObject({
    uidMappings: [{ inside: 1, outside: 100_003, size: 10 }],
    gidMappings: [{ inside: 1, outside: 2, size: 3 }],
    idmapRecursive: true,
  });
  expect(() => planOf(relative('uids=@0-65530-10'))).toThrow(
    /the ids 65530 to 65539 not or not in one range/,
  );
});

test('a new file system with id mappings is made on the host and attached by init', () => {
  const own: Mount = {
    ...mount('/a', 'tmpfs', ['size=1m', 'nosuid', 'ro', 'idmap']),
    uidMappings: ONE,
    gidMappings: ONE,
  };
  const plan = planOfMounts(own);
  const made = stepOf(plan, 'file-system');
  expect(made).toMatchObject({
    on: 'host',
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['size=1m'],
    uidMappings: [{ inside: 0, outside: 1000, size: 1 }],
    userNamespace: '',
    because: '/mounts/0',
  });
  expect(stepOf(plan, 'bind')).toMatchObject({ slot: made.slot, target: '/a', set: ['rdonly', 'nosuid'] });
  expect(stepsOf(plan, 'mount-attributes')).toEqual([]);
  const container = planOf(specOf(USER, { mounts: [mount('/a', 'tmpfs', ['idmap'])] }));
  expect(stepOf(container, 'file-system').uidMappings).toEqual([
    { inside: 0, outside: 100_000, size: 65_536 },
  ]);
});

test('a remount changes the file system too, unless it is of a bind mount', () => {
  const plan = planOfMounts({
    destination: '/a',
    options: ['remount', 'size=1m', 'async', 'lazytime', 'nosuid'],
  });
  expect(stepOf(plan, 'reconfigure')).toMatchObject({
    target: '/a',
    options: ['lazytime', 'async', 'size=1m'],
    because: '/mounts/0',
  });
  expect(stepOf(plan, 'mount-attributes')).toMatchObject({ set: ['nosuid'] });
  const bound = planOfMounts({ destination: '/a', options: ['remount', 'bind', 'ro', 'sync'] });
  expect(kindsOf(bound, ['reconfigure', 'mount-attributes'])).toEqual(['mount-attributes']);
});

test('the SELinux context of mounts, where the file system takes one and has none', () => {
  const mounts = [
    mount('/a', 'tmpfs'),
    mount('/b', 'tmpfs', ['context=x']),
    mount('/proc', 'proc'),
    mount('/dev/pts', 'devpts'),
    mount('/dev/mqueue', 'mqueue'),
  ];
  const plan = planOf(usualSpec({ mounts }, { mountLabel: 'system_u:object_r:t:s0:c1,c2' }));
  expect(stepsOf(plan, 'mount').map(({ options }) => options)).toEqual([
    ['context=system_u:object_r:t:s0:c1,c2'],
    ['context=x'],
    [],
    ['context=system_u:object_r:t:s0:c1,c2'],
    [],
  ]);
  expect(stepOf(plan, 'file-label')).toMatchObject({
    target: '/dev/mqueue',
    label: 'system_u:object_r:t:s0:c1,c2',
    because: '/mounts/4',
  });
});

test('the notify directory is bound last, for nobody to change', () => {
  const plan = planOf(usualSpec({ mounts: [mount('/run', 'tmpfs')] }), { notify: '/run/notify' });
  expect(stepOf(plan, 'bind')).toMatchObject({
    source: '/run/runts/web/notify',
    target: '/run/notify',
    set: ['rdonly', 'nosuid', 'nodev', 'noexec'],
    propagation: 'private',
    because: '',
  });
});
