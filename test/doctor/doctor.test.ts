import { describe, expect, it } from 'vitest';
import { doctor } from '../../src/doctor/doctor.ts';
import type { Diagnosis } from '../../src/doctor/doctor.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { showDiagnosis } from '../../src/doctor/show.ts';
import { CAPABILITIES } from '../../src/spec/words.ts';
import { memoryHost } from '../support/memory-host.ts';

const CGROUP2 = 0x63677270;

interface Described {
  uid?: number;
  env?: Record<string, string>;
  /** Texts of files. */
  files?: Record<string, string>;
  /** Where cgroup2 is mounted. */
  cgroup2?: string;
  /** Paths that may not be written to. */
  forbidden?: string;
  /** Tries that fail, with the errno; all others of {@link TRIES} work. */
  failing?: Record<string, string>;
  /** Tries with what they found. */
  values?: Record<string, string>;
}

const BASE = ['clone3', 'pidfd', 'openat2', 'close-range', 'memfd', 'memfd-noexec-seal', 'memfd-seal-exec'];
const ARENA = ['pid', 'network', 'ipc', 'uts', 'cgroup', 'time', 'mount'].map((type) => `namespace-${type}`);
const TRIES = [
  ...[...BASE, 'no-new-privs', 'session-keyring', 'device-program', 'security-modules', 'memory-policy'],
  ...['program=/usr/bin/newuidmap', 'program=/usr/bin/newgidmap', 'SECCOMP_FILTER_FLAG_LOG', 'SCMP_ACT_LOG'],
  ...[...ARENA, 'setns-pidfd', 'fsopen', 'open-tree', 'move-mount', 'overlay', 'idmap-root'],
];
const VALUES: Record<string, string> = {
  'program=/usr/bin/newuidmap': 'setuid',
  'program=/usr/bin/newgidmap': 'setuid',
  'security-modules': 'capability,apparmor',
  'no-new-privs': '0',
  'idmap-root': '0xef53',
};

/** What the probe program would print on this machine. */
function answer({ failing = {}, values = {} }: Described): string {
  const line = (place: string, name: string): string => {
    const errno = failing[`${place}:${name}`] ?? failing[name] ?? '';
    return [place, name, errno, { ...VALUES, ...values }[name] ?? '', `${name}()`].join('\t');
  };
  const inside = ['namespace-user', ...ARENA, 'overlay', 'fsopen'];
  const extra = Object.keys({ ...failing, ...values }).filter((name) =>
    /^(writable|cgroup|socket)=/.test(name),
  );
  return [
    ...[...TRIES, ...extra].map((name) => line('caller', name)),
    ...inside.map((name) => line('user namespace', name)),
  ].join('\n');
}

async function diagnose(machine: Described = {}): Promise<Diagnosis> {
  const { uid = 0, env = {}, forbidden = 'none' } = machine;
  const host = memoryHost({
    ...{ uid, env, probed: answer(machine) },
    capabilities: uid === 0 ? CAPABILITIES : [],
    writable: (path) => !path.startsWith(forbidden),
  });
  const root = machine.cgroup2 ?? '/sys/fs/cgroup';
  const files = {
    '/proc/sys/kernel/osrelease': '6.1.0\n',
    '/proc/self/cgroup': '0::/\n',
    '/proc/self/mountinfo': '',
    '/usr/bin/newuidmap': '',
    '/usr/bin/newgidmap': '',
    [`${root}/cgroup.controllers`]: 'cpuset cpu io memory hugetlb pids rdma\n',
    ...machine.files,
  };
  for (const [path, text] of Object.entries(files)) {
    host.tree.set(path, text);
    host.files.makeDirectory(path.slice(0, path.lastIndexOf('/')), 0o755, true);
  }
  const fileSystem = (path: string): number | undefined => (path === machine.cgroup2 ? CGROUP2 : undefined);
  return doctor({ ...host, files: { ...host.files, fileSystem } });
}

const find = ({ findings }: Diagnosis, id: string): Finding | undefined =>
  findings.find((finding) => finding.id === id);

const HYBRID: Described = {
  cgroup2: '/sys/fs/cgroup/unified',
  files: {
    '/sys/fs/cgroup/unified/cgroup.controllers': 'hugetlb\n',
    '/proc/cgroups':
      '#subsys_name\thierarchy\tnum_cgroups\tenabled\nmemory\t4\t3\t1\ncpu\t0\t1\t0\nblkio\t7\t1\t1\n',
    '/proc/self/mountinfo':
      '30 24 0:25 / /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory\n' +
      '31 24 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n',
  },
};

describe('cgroups', () => {
  it('of a hybrid host: the tree, and where the controllers are that are not on v2', async () => {
    const diagnosis = await diagnose(HYBRID);
    expect(find(diagnosis, 'cgroups.tree')?.data).toMatchObject({
      layout: 'hybrid',
      root: '/sys/fs/cgroup/unified',
    });
    const controllers = find(diagnosis, 'cgroups.controllers');
    expect(controllers).toMatchObject({ status: 'limited', required: false });
    expect(controllers?.found).toBe(
      '/sys/fs/cgroup/unified has hugetlb; on cgroup v1: memory at /sys/fs/cgroup/memory, io; ' +
        'disabled: cpu; not built in: cpuset, pids',
    );
    expect(controllers?.remedy).toContain('systemd.unified_cgroup_hierarchy=1');
    expect(controllers?.data?.['absent']).toMatchObject({
      memory: { why: 'v1', at: '/sys/fs/cgroup/memory' },
      cpuset: { why: 'not built in' },
    });
    expect(diagnosis.canRun).toBe(true);
  });

  it('of v1 alone: no container can run', async () => {
    const diagnosis = await diagnose({
      files: { '/proc/self/mountinfo': '30 24 0:25 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n' },
    });
    expect(diagnosis.canRun).toBe(false);
    expect(find(diagnosis, 'cgroups.tree')).toMatchObject({ status: 'missing', required: true });
    expect(showDiagnosis(diagnosis)).toMatch(/\ncontainers cannot run here: cgroup v2 tree\n$/);
  });

  it('of an ordinary user: those of its own cgroup count', async () => {
    const diagnosis = await diagnose({
      uid: 1000,
      cgroup2: '/sys/fs/cgroup',
      files: {
        '/proc/self/cgroup': '0::/user.slice/session\n',
        '/sys/fs/cgroup/user.slice/cgroup.controllers': 'memory pids\n',
      },
      forbidden: '/sys/fs/cgroup/',
    });
    expect(find(diagnosis, 'cgroups.controllers')).toMatchObject({
      status: 'limited',
      found: '/sys/fs/cgroup/user.slice has memory pids; not delegated: cpu, cpuset, io, hugetlb, rdma',
    });
    expect(find(diagnosis, 'cgroups.writable')).toMatchObject({ status: 'limited' });
    expect(find(diagnosis, 'cgroups.writable')?.remedy).toContain('Delegate=yes');
  });
});

describe('user namespaces', () => {
  const ordinary: Described = {
    uid: 1000,
    cgroup2: '/sys/fs/cgroup',
    failing: { 'caller:namespace-mount': 'EPERM' },
  };

  it('make an ordinary user able to run containers', async () => {
    const diagnosis = await diagnose({
      ...ordinary,
      files: { '/etc/passwd': 'user:x:1000:1000::/:/bin/sh\n', '/etc/subuid': 'user:100000:65536\n' },
    });
    expect(diagnosis).toMatchObject({ caller: 'user', canRun: true });
    expect(find(diagnosis, 'users.subuid')?.data).toEqual({ user: 'user', count: 65_536 });
    expect(find(diagnosis, 'users.subgid')).toMatchObject({ status: 'missing' });
  });

  it.each([
    ['/proc/sys/user/max_user_namespaces', '0\n', 'user.max_user_namespaces'],
    ['/proc/sys/kernel/unprivileged_userns_clone', '0\n', 'kernel.unprivileged_userns_clone'],
    ['/proc/sys/kernel/apparmor_restrict_unprivileged_userns', '1\n', 'AppArmor profile'],
  ])('are forbidden by %s', async (path, text, remedy) => {
    const failing = { ...ordinary.failing, 'user namespace:namespace-mount': 'EPERM' };
    const diagnosis = await diagnose({ ...ordinary, failing, files: { [path]: text } });
    expect(diagnosis.canRun).toBe(false);
    expect(find(diagnosis, 'users.namespace')?.remedy).toContain(remedy);
  });

  it.each([
    [{ values: { 'program=/usr/bin/newuidmap': 'nothing' } }, 'neither setuid'],
    [{ values: { 'program=/usr/bin/newuidmap': 'nosuid' } }, 'nosuid'],
    [{ values: { 'no-new-privs': '1' } }, 'no_new_privs'],
  ])('with newuidmap %j', async (machine, found) => {
    const diagnosis = await diagnose({ uid: 1000, cgroup2: '/sys/fs/cgroup', ...machine });
    expect(find(diagnosis, 'users.newuidmap')?.found).toContain(found);
  });
});

describe('a call that is refused', () => {
  it('without which there are no containers makes the verdict', async () => {
    const diagnosis = await diagnose({ cgroup2: '/sys/fs/cgroup', failing: { clone3: 'ENOSYS' } });
    expect(diagnosis.canRun).toBe(false);
    expect(find(diagnosis, 'kernel.clone3')).toMatchObject({
      status: 'missing',
      required: true,
      found: 'clone3(): ENOSYS',
      tried: [{ call: 'clone3()', errno: 'ENOSYS' }],
    });
  });

  it('that only weakens something does not', async () => {
    const failing = {
      'memfd-seal-exec': 'EINVAL',
      SECCOMP_FILTER_FLAG_LOG: 'EINVAL',
      'session-keyring': 'EDQUOT',
    };
    const diagnosis = await diagnose({ cgroup2: '/sys/fs/cgroup', failing });
    expect(diagnosis.canRun).toBe(true);
    expect(find(diagnosis, 'kernel.memfd-seals')).toMatchObject({ status: 'limited' });
    expect(find(diagnosis, 'security.seccomp.flags')?.found).toBe('the kernel does not take LOG');
    expect(find(diagnosis, 'limits.keyrings')?.remedy).toContain('kernel.keys.maxkeys');
  });

  it('is not told of where it was not come to', async () => {
    const diagnosis = await diagnose({ cgroup2: '/sys/fs/cgroup' });
    expect(find(diagnosis, 'mounts.nosymfollow')).toBeUndefined();
  });
});

describe('for people', () => {
  it('what is fine is one line an area, and the rest says what follows and what to do', async () => {
    const text = showDiagnosis(await diagnose(HYBRID));
    expect(text).toMatch(/^Linux 6\.1\.0, for root\n\nkernel\n {2}ok {8}clone3, pidfd, openat2,/);
    expect(text).toMatch(
      /\n {2}limited {3}controllers: \/sys\/fs\/cgroup\/unified has hugetlb; on cgroup v1: memory at/,
    );
    expect(text).toMatch(/\n {14}limits that need them are refused, of linux\.resources: memory,/);
    expect(text).toMatch(/\n {14}-> boot with systemd\.unified_cgroup_hierarchy=1/);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(110);
  });
});
