import { describe, expect, test } from 'vitest';
import { sysctlPath } from '../../src/spec/sysctl.ts';
import { NS, problemsOf, warningsOf } from './samples.ts';
import type { Changes } from './samples.ts';

const without = (type: keyof typeof NS): Changes => ({ [`/linux/namespaces/${NS[type]}`]: undefined });
const joined = (type: keyof typeof NS): Changes => ({
  [`/linux/namespaces/${NS[type]}/path`]: `/proc/7/ns/${type}`,
});
const noUser: Changes = {
  ...without('user'),
  '/linux/uidMappings': undefined,
  '/linux/gidMappings': undefined,
};
const root: Changes = { '/process/user': { uid: 0, gid: 0 } };
const mapping = (containerID: number, hostID: number, size: number) => ({ containerID, hostID, size });

const set = (key: string, changes: Changes = {}, value = '1'): Changes => ({
  ...changes,
  '/linux/sysctl': { [key]: value },
});
const mount = (value: object, changes: Changes = {}): Changes => ({
  ...changes,
  '/mounts/1': { destination: '/x', ...value },
});
const rlimit = (type: string, soft: number, hard: number) => ({ type, soft, hard });
const scheduler = (value: object): Changes => ({ '/process/scheduler': value });
const device = (value: object): Changes => ({
  '/linux/devices': [{ type: 'c', path: '/dev/x', major: 1, minor: 2, ...value }],
});
const hook = (value: object): Changes => ({ '/hooks': { poststop: [{ path: '/bin/x', ...value }] } });
const resources = (value: object): Changes => ({ '/linux/resources': value });
const call = (value: object) => ({ names: ['mkdir'], action: 'SCMP_ACT_ERRNO', ...value });
const seccomp = (value: object): Changes => ({
  '/linux/seccomp': { defaultAction: 'SCMP_ACT_ALLOW', ...value },
});
const calls = (value: object): Changes => seccomp({ syscalls: [call(value)] });
const policy = (value: object): Changes => ({ '/linux/memoryPolicy': value });

/** [what is refused, how the good config is changed, the pointer, part of the message] */
type Case = readonly [string, Changes, string, string];

function refuses(cases: readonly Case[]): void {
  test.each(cases)('%s', (_, changes, pointer, message) => {
    const lines = problemsOf(changes);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.slice(0, pointer.length + 2)).toBe(`${pointer}: `);
    expect(lines[0]).toContain(message);
  });
}

function accepts(cases: readonly (readonly [string, Changes])[]): void {
  test.each(cases)('%s', (_, changes) => {
    expect(problemsOf(changes)).toEqual([]);
  });
}

describe('namespaces: refused', () => {
  refuses([
    [
      'the same type twice',
      { '/linux/namespaces/8': { type: 'pid' } },
      '/linux/namespaces/8/type',
      'pid is there twice, first at entry 0',
    ],
    [
      'a relative path',
      { '/linux/namespaces/0/path': 'ns/pid' },
      '/linux/namespaces/0/path',
      'not an absolute path',
    ],
    ['hostname without uts', without('uts'), '/hostname', 'needs a uts namespace'],
    [
      'domainname without uts',
      { ...without('uts'), '/hostname': undefined, '/domainname': 'd' },
      '/domainname',
      'needs a uts namespace',
    ],
    [
      'maskedPaths without mount',
      { ...without('mount'), '/linux/maskedPaths': ['/proc/kcore'] },
      '/linux/maskedPaths',
      'needs a mount namespace',
    ],
    [
      'readonlyPaths without mount',
      { ...without('mount'), '/linux/readonlyPaths': ['/proc/sys'] },
      '/linux/readonlyPaths',
      'needs a mount namespace',
    ],
    [
      'time offsets without time',
      { ...without('time'), '/linux/timeOffsets': { boottime: { secs: 1 } } },
      '/linux/timeOffsets',
      'needs a time namespace',
    ],
    [
      'time offsets of a joined one',
      { ...joined('time'), '/linux/timeOffsets': { boottime: { secs: 1 } } },
      '/linux/timeOffsets',
      'joined',
    ],
    [
      'network devices without network',
      { ...without('network'), '/linux/netDevices': { eth0: {} } },
      '/linux/netDevices',
      'needs a network namespace',
    ],
    [
      'two network devices of one name',
      { '/linux/netDevices': { eth0: { name: 'a' }, eth1: { name: 'a' } } },
      '/linux/netDevices/eth1',
      'has the name "a"',
    ],
  ]);
});

describe('namespaces: accepted', () => {
  accepts([
    ['hostname in a joined uts namespace', joined('uts')],
    ['an empty hostname without one', { ...without('uts'), '/hostname': '' }],
    ['no time offsets without a time namespace', { ...without('time'), '/linux/timeOffsets': {} }],
    ['time offsets', { '/linux/timeOffsets': { boottime: { secs: -5, nanosecs: 5 }, monotonic: {} } }],
    ['two templates of one name', { '/linux/netDevices': { eth0: { name: 'a%d' }, eth1: { name: 'a%d' } } }],
  ]);
});

describe('user namespace mappings: accepted', () => {
  accepts([['none at all', { '/linux/uidMappings': undefined, '/linux/gidMappings': undefined, ...root }]]);
});

describe('user namespace mappings: refused', () => {
  refuses([
    ['one of the two', { '/linux/gidMappings': undefined }, '/linux/gidMappings', 'expected both or neither'],
    [
      'a user that is not root where there are none at all',
      { '/linux/uidMappings': [], '/linux/gidMappings': [], '/process/user': { uid: 5, gid: 0 } },
      '/process/user/uid',
      '5 is not mapped',
    ],
    ['an empty list', { '/linux/uidMappings': [] }, '/linux/uidMappings', 'expected both or neither'],
    [
      'without a user namespace',
      { ...noUser, '/linux/uidMappings': [mapping(0, 0, 1)] },
      '/linux/uidMappings',
      'needs a user namespace',
    ],
    ['no id 0', { '/linux/uidMappings': [mapping(1, 1, 5)] }, '/linux/uidMappings', 'does not map id 0'],
    ['size 0', { '/linux/uidMappings/0/size': 0 }, '/linux/uidMappings/0/size', '0 is too small'],
    [
      'beyond the last id',
      { '/linux/uidMappings/0': mapping(0, 4294967290, 10) },
      '/linux/uidMappings/0/size',
      '10 ids go beyond the last id, 4294967294: expected 5 at most',
    ],
    [
      'the same ids in the container',
      { '/linux/uidMappings/1': mapping(65535, 300000, 2) },
      '/linux/uidMappings/1/containerID',
      'overlap those of entry 0',
    ],
    [
      'the same ids on the host',
      { '/linux/gidMappings/1': mapping(65536, 100005, 1) },
      '/linux/gidMappings/1/hostID',
      'overlap those of entry 0',
    ],
    [
      'too many',
      { '/linux/uidMappings': Array.from({ length: 341 }, (_, at) => mapping(at, at, 1)) },
      '/linux/uidMappings',
      'has 341 entries: expected 340 at most',
    ],
    ['a uid that is not mapped', { '/process/user/uid': 70000 }, '/process/user/uid', '70000 is not mapped'],
    [
      'a group that is not mapped',
      { '/process/user/additionalGids': [5, 70000] },
      '/process/user/additionalGids/1',
      '70000 is not mapped',
    ],
  ]);

  test('are compared later when the namespace is joined', () => {
    expect(problemsOf({ ...joined('user'), '/process/user/uid': 70000 })).toEqual([]);
    expect(warningsOf(joined('user')).map((line) => line.split(':')[0])).toEqual([
      '/linux/uidMappings',
      '/linux/gidMappings',
    ]);
  });

  test('cover all ids at most', () => {
    expect(problemsOf({ '/linux/uidMappings': [mapping(0, 0, 4294967295)] })).toEqual([]);
  });
});

describe('sysctl', () => {
  refuses([
    ['kernel.panic', set('kernel.panic'), '/linux/sysctl/kernel.panic', 'belongs to the whole machine'],
    ['kernel/panic', set('kernel/panic'), '/linux/sysctl/kernel~1panic', 'belongs to the whole machine'],
    [
      'kernel.shm_rmid_forcedx',
      set('kernel.shm_rmid_forcedx'),
      '/linux/sysctl/kernel.shm_rmid_forcedx',
      'belongs to the whole machine',
    ],
    [
      'kernel.shmmax without ipc',
      set('kernel.shmmax', without('ipc')),
      '/linux/sysctl/kernel.shmmax',
      'needs an ipc namespace',
    ],
    [
      'fs/mqueue/msg_max without ipc',
      set('fs/mqueue/msg_max', without('ipc')),
      '/linux/sysctl/fs~1mqueue~1msg_max',
      'needs an ipc namespace',
    ],
    [
      'net without network',
      set('net.ipv4.ip_forward', without('network')),
      '/linux/sysctl/net.ipv4.ip_forward',
      'needs a network namespace',
    ],
    [
      'kernel.domainname without uts',
      set('kernel.domainname', { ...without('uts'), '/hostname': undefined }),
      '/linux/sysctl/kernel.domainname',
      'needs a uts namespace',
    ],
    [
      'kernel.hostname',
      set('kernel.hostname'),
      '/linux/sysctl/kernel.hostname',
      'contradicts /hostname "box"',
    ],
    [
      'user without user',
      set('user.max_user_namespaces', noUser),
      '/linux/sysctl/user.max_user_namespaces',
      'needs a user namespace',
    ],
    [
      'a line break in the value',
      set('net.ipv4.ip_forward', {}, '1\nx'),
      '/linux/sysctl/net.ipv4.ip_forward',
      'line break',
    ],
    [
      'a line break in the key',
      set('net.a\nb'),
      '/linux/sysctl/net.a\nb',
      'is not the name of a kernel parameter',
    ],
    ['a way out', set('net/../kernel/panic'), '/linux/sysctl/net~1..~1kernel~1panic', 'is not the name'],
    [
      'a hidden way out',
      set('net.//.kernel.panic'),
      '/linux/sysctl/net.~1~1.kernel.panic',
      'is not the name',
    ],
    ['an empty part', set('net..ipv4'), '/linux/sysctl/net..ipv4', 'is not the name'],
    ['one word', set('net'), '/linux/sysctl/net', 'is not the name'],
    [
      'another domain name than domainname',
      set('kernel.domainname', { '/domainname': 'd' }, 'e'),
      '/linux/sysctl/kernel.domainname',
      'contradicts /domainname "d"',
    ],
  ]);
  accepts([
    ['net by dots', set('net.ipv4.conf.eno2/100.rp_filter')],
    ['net by slashes', set('net/ipv4/conf/eno2.100/rp_filter')],
    ['ipc', set('kernel.shm_rmid_forced')],
    ['fs.mqueue', set('fs.mqueue.msg_max')],
    ['kernel.domainname', set('kernel.domainname')],
    ['kernel.hostname where hostname says nothing', set('kernel.hostname', { '/hostname': undefined })],
    ['kernel.domainname twice the same', set('kernel.domainname', { '/domainname': 'd' }, 'd')],
    ['user', set('user.max_user_namespaces')],
    ['net in a joined namespace', set('net.ipv4.ip_forward', joined('network'))],
  ]);

  test('both separators name one file', () => {
    expect(sysctlPath('net.ipv4.conf.eno2/100.rp_filter')).toBe('net/ipv4/conf/eno2.100/rp_filter');
    expect(sysctlPath('net/ipv4/conf/eno2.100/rp_filter')).toBe('net/ipv4/conf/eno2.100/rp_filter');
  });
});

describe('mounts', () => {
  const one = [mapping(0, 5, 1)];
  refuses([
    ['no destination', { '/mounts/1': { type: 'proc' } }, '/mounts/1/destination', 'is required'],
    ['NUL in the source', mount({ source: 'a\0b' }), '/mounts/1/source', 'NUL'],
    ['a bind mount without source', mount({ options: ['rbind'] }), '/mounts/1/source', 'no source'],
    [
      'uid mappings alone',
      mount({ source: '/a', options: ['bind', 'idmap'], uidMappings: one }),
      '/mounts/1/gidMappings',
      'maps nothing',
    ],
    [
      'empty gid mappings',
      mount({ source: '/a', options: ['bind', 'idmap'], uidMappings: one, gidMappings: [] }),
      '/mounts/1/gidMappings',
      'maps nothing',
    ],
    [
      'idmap with nothing to apply',
      mount({ source: '/a', options: ['bind', 'ridmap'] }, noUser),
      '/mounts/1/options/1',
      '"ridmap" has no mappings',
    ],
    ...[
      'idmap=',
      'idmap=uids=0-1-1',
      'idmap=uids=0-1-0;gids=0-1-1',
      'idmap=uids=0-4294967295-1;gids=0-1-1',
    ].map((option): Case => [
      option,
      mount({ source: '/a', options: ['bind', option] }),
      '/mounts/1/options/1',
      'has no mappings that can be read',
    ]),
    [
      'mappings at two places',
      mount({
        source: '/a',
        options: ['bind', 'idmap=uids=0-1-1;gids=0-1-1'],
        uidMappings: one,
        gidMappings: one,
      }),
      '/mounts/1/options/1',
      'has other mappings too',
    ],
  ]);
  accepts([
    ['.. in a destination', mount({ destination: '/a/../b' })],
    ['file system options', mount({ type: 'tmpfs', options: ['size=1m', 'mode=755', 'tmpcopyup'] })],
    [
      'a bind mount by its option alone',
      mount({ type: 'ext4', source: 'data', options: ['rbind', 'rro', 'rslave'] }),
    ],
    ['idmap by the user namespace', mount({ source: '/a', options: ['bind', 'idmap'] })],
    [
      'idmap by its own mappings',
      mount({ source: '/a', options: ['bind', 'idmap'], uidMappings: one, gidMappings: one }, noUser),
    ],
    ['a bind mount with an option of a file system', mount({ source: '/a', options: ['bind', 'size=1m'] })],
    ['a remount of a bind mount', mount({ options: ['remount', 'bind', 'ro'] })],
  ]);
});

describe('process', () => {
  refuses([
    [
      'a limit twice',
      { '/process/rlimits': [rlimit('RLIMIT_CORE', 1, 1), rlimit('RLIMIT_CORE', 2, 2)] },
      '/process/rlimits/1/type',
      'limited twice',
    ],
    [
      'soft above hard',
      { '/process/rlimits': [rlimit('RLIMIT_CORE', 2, 1)] },
      '/process/rlimits/0/soft',
      '2 is above the hard limit',
    ],
    [
      'an unknown limit',
      { '/process/rlimits': [rlimit('RLIMIT_NOFILES', 1, 1)] },
      '/process/rlimits/0/type',
      'did you mean RLIMIT_NOFILE?',
    ],
    [
      'no hard limit',
      { '/process/rlimits': [{ type: 'RLIMIT_CORE', soft: 1 }] },
      '/process/rlimits/0/hard',
      'is required',
    ],
    [
      'a console too wide',
      { '/process/terminal': true, '/process/consoleSize': { height: 1, width: 65536 } },
      '/process/consoleSize/width',
      'too large for a terminal',
    ],
    ['no policy', scheduler({ nice: 1 }), '/process/scheduler/policy', 'is required'],
    [
      'an unknown policy',
      scheduler({ policy: 'SCHED_FIFA' }),
      '/process/scheduler/policy',
      'did you mean SCHED_FIFO?',
    ],
    [
      'a nice value out of range',
      scheduler({ policy: 'SCHED_OTHER', nice: 20 }),
      '/process/scheduler/nice',
      '20 is too large',
    ],
    [
      'no priority for SCHED_FIFO',
      scheduler({ policy: 'SCHED_FIFO' }),
      '/process/scheduler/priority',
      'SCHED_FIFO has no priority',
    ],
    [
      'a priority for SCHED_BATCH',
      scheduler({ policy: 'SCHED_BATCH', priority: 1 }),
      '/process/scheduler/priority',
      'SCHED_BATCH takes no priority',
    ],
    [
      'a runtime for SCHED_RR',
      scheduler({ policy: 'SCHED_RR', priority: 1, runtime: 5 }),
      '/process/scheduler/runtime',
      'SCHED_RR takes no runtime',
    ],
    [
      'no deadline',
      scheduler({ policy: 'SCHED_DEADLINE', runtime: 5000 }),
      '/process/scheduler/deadline',
      'requires `deadline`',
    ],
    [
      'runtime above deadline',
      scheduler({ policy: 'SCHED_DEADLINE', runtime: 9000, deadline: 5000 }),
      '/process/scheduler/runtime',
      'runtime (9000) must be <= deadline (5000)',
    ],
    [
      'deadline above period',
      scheduler({ policy: 'SCHED_DEADLINE', runtime: 5000, deadline: 9000, period: 8000 }),
      '/process/scheduler/deadline',
      'deadline (9000) must be <= period (8000)',
    ],
    [
      'a runtime that the kernel finds too short',
      scheduler({ policy: 'SCHED_DEADLINE', runtime: 1023, deadline: 5000 }),
      '/process/scheduler/runtime',
      'runtime (1023) must be between 1024 and 9223372036854775807 ns',
    ],
    [
      'a runtime of 0',
      scheduler({ policy: 'SCHED_DEADLINE', runtime: 0, deadline: 5000 }),
      '/process/scheduler/runtime',
      'runtime must be greater than 0',
    ],
    [
      'an unknown I/O class',
      { '/process/ioPriority': { class: 'BE' } },
      '/process/ioPriority/class',
      'is not an I/O scheduling class',
    ],
  ]);
  accepts([
    ['a large console without a terminal', { '/process/consoleSize': { height: 1, width: 65536 } }],
    [
      'SCHED_DEADLINE',
      scheduler({
        policy: 'SCHED_DEADLINE',
        runtime: 5000,
        deadline: 9000,
        period: 9000,
        flags: ['SCHED_FLAG_RECLAIM'],
      }),
    ],
    ['SCHED_RR', scheduler({ policy: 'SCHED_RR', priority: 99, runtime: 0 })],
    ['affinity', { '/process/execCPUAffinity': { initial: '0-3, 7,', final: '' } }],
  ]);
});

describe('devices and hooks', () => {
  refuses([
    ['an unknown type', device({ type: 'd' }), '/linux/devices/0/type', '"d" is not a device type'],
    ['a relative path', device({ path: 'dev/x' }), '/linux/devices/0/path', 'not an absolute path'],
    [
      'no major number',
      device({ major: undefined }),
      '/linux/devices/0/major',
      'is required for a device of type c',
    ],
    ['a negative minor number', device({ minor: -1 }), '/linux/devices/0/minor', 'negative'],
    ['a file mode out of range', device({ fileMode: 65536 }), '/linux/devices/0/fileMode', 'too large'],
    ['a relative hook', hook({ path: 'x' }), '/hooks/poststop/0/path', 'not an absolute path'],
    ['a hook without path', hook({ path: undefined }), '/hooks/poststop/0/path', 'is required'],
    [
      'a timeout of 0',
      hook({ timeout: 0 }),
      '/hooks/poststop/0/timeout',
      '0 is too small for a time in seconds',
    ],
    ['a variable without =', hook({ env: ['A=', 'B'] }), '/hooks/poststop/0/env/1', '"B" has no ='],
  ]);
  accepts([
    ['a fifo without numbers', device({ type: 'p', major: undefined, minor: undefined })],
    ['a mode with a file type, as podman writes', device({ fileMode: 0o20666 })],
    ['a hook', hook({ args: [], env: ['A='], timeout: 1 })],
  ]);
});

describe('resources', () => {
  const at = '/linux/resources';
  refuses([
    [
      'swap below memory',
      resources({ memory: { limit: 100, swap: 99 } }),
      `${at}/memory/swap`,
      '99 is below the memory limit',
    ],
    ['swap without memory', resources({ memory: { swap: 99 } }), `${at}/memory/swap`, 'needs a memory limit'],
    ['swappiness', resources({ memory: { swappiness: 101 } }), `${at}/memory/swappiness`, 'too large'],
    [
      'burst above quota',
      resources({ cpu: { quota: 5, burst: 6 } }),
      `${at}/cpu/burst`,
      '6 is above the quota',
    ],
    ['negative shares', resources({ cpu: { shares: -1 } }), `${at}/cpu/shares`, 'negative'],
    ['idle', resources({ cpu: { idle: 2 } }), `${at}/cpu/idle`, 'too large'],
    [
      'a weight too small',
      resources({ blockIO: { weight: 9 } }),
      `${at}/blockIO/weight`,
      '9 is too small for a weight',
    ],
    [
      'a device without weight',
      resources({ blockIO: { weightDevice: [{ major: 8, minor: 0 }] } }),
      `${at}/blockIO/weightDevice/0`,
      'sets no weight',
    ],
    [
      'a throttle without rate',
      resources({ blockIO: { throttleReadBpsDevice: [{ major: 8, minor: 0 }] } }),
      `${at}/blockIO/throttleReadBpsDevice/0/rate`,
      'is required',
    ],
    [
      'a page size',
      resources({ hugepageLimits: [{ pageSize: '64kB', limit: 1 }] }),
      `${at}/hugepageLimits/0/pageSize`,
      '"64kB" is not a page size',
    ],
    ['rdma without limit', resources({ rdma: { mlx5_1: {} } }), `${at}/rdma/mlx5_1`, 'sets no limit'],
    [
      'a unified path',
      resources({ unified: { '../memory.max': '1' } }),
      `${at}/unified/..~1memory.max`,
      'is not a file name',
    ],
    ['no allow', resources({ devices: [{ access: 'r' }] }), `${at}/devices/0/allow`, 'is required'],
    [
      'an access',
      resources({ devices: [{ allow: true, access: 'rx' }] }),
      `${at}/devices/0/access`,
      '"rx" is not a device access',
    ],
    [
      'a rule type',
      resources({ devices: [{ allow: true, type: 'p' }] }),
      `${at}/devices/0/type`,
      '"p" is not a type of device rule',
    ],
    [
      'a major number',
      resources({ devices: [{ allow: true, major: 4096 }] }),
      `${at}/devices/0/major`,
      'too large',
    ],
    [
      'a priority without name',
      resources({ network: { priorities: [{ priority: 1 }] } }),
      `${at}/network/priorities/0/name`,
      'is required',
    ],
  ]);
  accepts([
    ['no limits', resources({ memory: { limit: -1, swap: -1 }, cpu: { quota: -1 }, pids: { limit: 0 } })],
    [
      'zeros for unset',
      resources({ memory: { limit: 0, swap: 0 }, cpu: { shares: 0, cpus: '' }, blockIO: { weight: 0 } }),
    ],
    [
      'wildcards',
      resources({ devices: [{ allow: false, major: -1, minor: -1, access: 'rwm' }, { allow: true }] }),
    ],
  ]);
});

describe('seccomp', () => {
  const at = '/linux/seccomp';
  refuses([
    ['no default action', seccomp({ defaultAction: undefined }), `${at}/defaultAction`, 'is required'],
    [
      'a default errno for an action without one',
      seccomp({ defaultErrnoRet: 1 }),
      `${at}/defaultErrnoRet`,
      'SCMP_ACT_ALLOW returns no errno',
    ],
    [
      'an errno for an action without one',
      calls({ action: 'SCMP_ACT_KILL', errnoRet: 1 }),
      `${at}/syscalls/0/errnoRet`,
      'SCMP_ACT_KILL returns no errno',
    ],
    [
      'an errno too large',
      calls({ errnoRet: 4096 }),
      `${at}/syscalls/0/errnoRet`,
      '4096 is too large for an errno',
    ],
    ['no names', calls({ names: [] }), `${at}/syscalls/0/names`, 'is empty'],
    ['an empty name', calls({ names: [''] }), `${at}/syscalls/0/names/0`, 'is empty'],
    [
      'an unknown action',
      calls({ action: 'SCMP_ACT_EERNO' }),
      `${at}/syscalls/0/action`,
      'did you mean SCMP_ACT_ERRNO?',
    ],
    [
      'an unknown operator',
      calls({ args: [{ index: 0, value: 1, op: 'SCMP_CMP_EG' }] }),
      `${at}/syscalls/0/args/0/op`,
      'is not a seccomp operator',
    ],
    [
      'an index too large',
      calls({ args: [{ index: 6, value: 1, op: 'SCMP_CMP_EQ' }] }),
      `${at}/syscalls/0/args/0/index`,
      '6 is too large',
    ],
    [
      'an unknown architecture',
      seccomp({ architectures: ['SCMP_ARCH_AMD64'] }),
      `${at}/architectures/0`,
      'is not a seccomp architecture',
    ],
    ['an unknown flag', seccomp({ flags: ['TSYNC'] }), `${at}/flags/0`, 'is not a seccomp flag'],
    [
      'notify as the default',
      seccomp({ defaultAction: 'SCMP_ACT_NOTIFY' }),
      `${at}/defaultAction`,
      'cannot be the default',
    ],
    [
      'notify without listener',
      calls({ action: 'SCMP_ACT_NOTIFY' }),
      `${at}/listenerPath`,
      'SCMP_ACT_NOTIFY needs it',
    ],
    [
      'notify with a relative listener',
      seccomp({ listenerPath: 'x', syscalls: [call({ action: 'SCMP_ACT_NOTIFY' })] }),
      `${at}/listenerPath`,
      'not an absolute path',
    ],
    [
      'notify for write',
      seccomp({
        listenerPath: '/x',
        syscalls: [call({ action: 'SCMP_ACT_NOTIFY', names: ['read', 'write'] })],
      }),
      `${at}/syscalls/0/names/1`,
      'SCMP_ACT_NOTIFY cannot be used for the write syscall',
    ],
    [
      'notify for sendmsg',
      seccomp({ listenerPath: '/x', syscalls: [call({ action: 'SCMP_ACT_NOTIFY', names: ['sendmsg'] })] }),
      `${at}/syscalls/0/names/0`,
      'SCMP_ACT_NOTIFY cannot be used for the sendmsg syscall',
    ],
    [
      'notify where sendmsg is refused by default',
      seccomp({
        defaultAction: 'SCMP_ACT_ERRNO',
        listenerPath: '/x',
        syscalls: [call({ action: 'SCMP_ACT_NOTIFY' })],
      }),
      `${at}/syscalls`,
      'refuse sendmsg',
    ],
    [
      'notify where sendmsg is refused by name',
      seccomp({
        listenerPath: '/x',
        syscalls: [call({ action: 'SCMP_ACT_NOTIFY' }), call({ names: ['sendmsg'] })],
      }),
      `${at}/syscalls`,
      'refuse sendmsg',
    ],
    [
      'metadata without listener',
      seccomp({ listenerMetadata: 'x' }),
      `${at}/listenerMetadata`,
      'without listenerPath',
    ],
  ]);
  accepts([
    [
      'notify with sendmsg allowed',
      seccomp({
        defaultAction: 'SCMP_ACT_ERRNO',
        listenerPath: '/x',
        syscalls: [
          call({ action: 'SCMP_ACT_NOTIFY' }),
          call({ action: 'SCMP_ACT_ALLOW', names: ['read', 'sendmsg'] }),
        ],
      }),
    ],
    ['a listener that is not used', seccomp({ listenerPath: 'x', listenerMetadata: 'y' })],
    [
      'errnos',
      seccomp({
        defaultAction: 'SCMP_ACT_ERRNO',
        defaultErrnoRet: 38,
        syscalls: [call({ action: 'SCMP_ACT_TRACE', errnoRet: 65535 })],
      }),
    ],
    [
      '64-bit arguments',
      calls({ args: [{ index: 5, value: 18446744073709551615n, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }] }),
    ],
  ]);
});

describe('memory policy', () => {
  refuses([
    [
      'no mode',
      policy({ nodes: '0' }),
      '/linux/memoryPolicy/mode',
      'invalid memory policy mode: is required and not there',
    ],
    [
      'another flag',
      policy({ mode: 'MPOL_BIND', nodes: '0', flags: ['bad'] }),
      '/linux/memoryPolicy/flags/0',
      'invalid memory policy flag: "bad" is not',
    ],
    [
      'nodes that are too many to be',
      policy({ mode: 'MPOL_BIND', nodes: '0-9876543210' }),
      '/linux/memoryPolicy/nodes',
      'invalid memory policy node: "0-9876543210"',
    ],
    [
      'nodes where none may be',
      policy({ mode: 'MPOL_LOCAL', nodes: '0' }),
      '/linux/memoryPolicy/nodes',
      'MPOL_LOCAL mode requires 0 nodes but got 1',
    ],
    [
      'no nodes where some must be',
      policy({ mode: 'MPOL_BIND' }),
      '/linux/memoryPolicy/nodes',
      'MPOL_BIND has no nodes',
    ],
    [
      'a bad list',
      policy({ mode: 'MPOL_BIND', nodes: '0-x' }),
      '/linux/memoryPolicy/nodes',
      '"0-x" is not a number or a range',
    ],
    [
      'static and relative',
      policy({ mode: 'MPOL_BIND', nodes: '0', flags: ['MPOL_F_STATIC_NODES', 'MPOL_F_RELATIVE_NODES'] }),
      '/linux/memoryPolicy/flags',
      'static and relative',
    ],
  ]);
  accepts([
    ['preferred without nodes', policy({ mode: 'MPOL_PREFERRED', nodes: '' })],
    ['default', policy({ mode: 'MPOL_DEFAULT' })],
  ]);
});

test('a rule does not judge by a section that is malformed', () => {
  const lines = problemsOf({ [`/linux/namespaces/${NS.uts}/type`]: 'utz' });
  expect(lines.map((line) => line.split(':')[0])).toEqual([`/linux/namespaces/${NS.uts}/type`]);
});
