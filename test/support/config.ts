/** A config.json as tests write it: open, since they also write what is wrong. */
export interface TestConfig {
  ociVersion: string;
  hostname?: string;
  domainname?: string;
  root: { path: string; readonly?: boolean };
  process: TestProcess;
  mounts: TestMount[];
  hooks?: Record<string, TestHook[]>;
  annotations?: Record<string, string>;
  linux: TestLinux;
  [key: string]: unknown;
}

export interface TestProcess {
  user: { uid: number; gid: number; umask?: number; additionalGids?: number[] };
  args: string[];
  env: string[];
  cwd: string;
  terminal?: boolean;
  consoleSize?: { height: number; width: number };
  capabilities?: Record<string, string[]>;
  rlimits?: { type: string; soft: number; hard: number }[];
  noNewPrivileges?: boolean;
  [key: string]: unknown;
}

export interface TestMount {
  destination: string;
  type?: string;
  source?: string;
  options?: string[];
  [key: string]: unknown;
}

export interface TestHook {
  path: string;
  args?: string[];
  env?: string[];
  timeout?: number;
}

export interface TestLinux {
  cgroupsPath?: string;
  namespaces: { type: string; path?: string }[];
  resources?: Record<string, unknown>;
  devices?: Record<string, unknown>[];
  maskedPaths?: string[];
  readonlyPaths?: string[];
  seccomp?: Record<string, unknown>;
  sysctl?: Record<string, string>;
  rootfsPropagation?: string;
  [key: string]: unknown;
}

export type Change = (config: TestConfig) => void;

const CAPABILITIES = ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE'];
const QUIET = ['nosuid', 'noexec', 'nodev'];

/** The mounts that nearly every real config.json has. */
export const usualMounts = (): TestMount[] => [
  { destination: '/proc', type: 'proc', source: 'proc', options: QUIET },
  {
    destination: '/dev',
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'strictatime', 'mode=755', 'size=64k'],
  },
  {
    destination: '/dev/pts',
    type: 'devpts',
    source: 'devpts',
    options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5'],
  },
  { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: [...QUIET, 'mode=1777', 'size=4m'] },
  { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: QUIET },
  { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...QUIET, 'ro'] },
  { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: [...QUIET, 'relatime', 'ro'] },
];

/** A container like that of `runc spec`, without a terminal, whose program is inspect. */
export function baseConfig(id: string): TestConfig {
  return {
    ociVersion: '1.3.0',
    hostname: 'test',
    root: { path: 'rootfs' },
    process: {
      user: { uid: 0, gid: 0 },
      args: ['/bin/inspect', '--json'],
      env: ['PATH=/usr/local/bin:/usr/bin:/bin', `RUNTS_TEST=${id}`],
      cwd: '/',
      capabilities: { bounding: CAPABILITIES, effective: CAPABILITIES, permitted: CAPABILITIES },
      noNewPrivileges: true,
    },
    mounts: usualMounts(),
    linux: {
      cgroupsPath: `/runts-test/${id}`,
      namespaces: ['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup'].map((type) => ({ type })),
      resources: { devices: [{ allow: false, access: 'rwm' }] },
      maskedPaths: ['/proc/kcore', '/proc/keys', '/proc/timer_list', '/sys/firmware'],
      readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
    },
  };
}

/** A change of the mappings: the same for users and groups. */
export const mapping =
  (...mappings: { containerID: number; hostID: number; size: number }[]): Change =>
  ({ linux }) => {
    linux['uidMappings'] = mappings;
    linux['gidMappings'] = mappings;
  };

/** A change that gives the container a user namespace of its own, with 0..65535 at 100000 of the host. */
export const ownUsers: Change = (config) => {
  config.linux.namespaces.push({ type: 'user' });
  mapping({ containerID: 0, hostID: 100_000, size: 65_536 })(config);
};

/** A change that takes the user namespace away. */
export const withoutUsers: Change = ({ linux }) => {
  linux.namespaces = linux.namespaces.filter(({ type }) => type !== 'user');
  delete linux['uidMappings'];
  delete linux['gidMappings'];
};

/** A change of the program: inspect with these probes, one after the other. */
export const probing =
  (...probes: string[][]): Change =>
  ({ process }) => {
    process.args = ['/bin/inspect', ...probes.flatMap((probe, i) => (i === 0 ? probe : [';', ...probe]))];
  };

export const all =
  (...changes: Change[]): Change =>
  (config) => {
    for (const change of changes) change(config);
  };
