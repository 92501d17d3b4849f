/** A config with every property of the specification for Linux, good by OCI's schema and by runts. */
import type { Tree } from './samples.ts';

const mapping = [{ containerID: 0, hostID: 1000, size: 32000 }];
const throttle = [{ major: 8, minor: 0, rate: 600 }];
const hook = { path: '/bin/hook', args: ['hook', 'a'], env: ['A=b'], timeout: 5 };
const capabilities = ['CAP_KILL', 'CAP_AUDIT_WRITE'];

function process(): Tree {
  return {
    terminal: true,
    consoleSize: { height: 25, width: 80 },
    user: { uid: 1, gid: 1, umask: 63, additionalGids: [5, 6] },
    env: ['PATH=/bin', 'TERM=xterm'],
    cwd: '/root',
    args: ['sh', '-c', 'true'],
    apparmorProfile: 'profile',
    selinuxLabel: 'label',
    oomScoreAdj: 100,
    ioPriority: { class: 'IOPRIO_CLASS_IDLE', priority: 4 },
    scheduler: {
      policy: 'SCHED_DEADLINE',
      nice: 0,
      priority: 0,
      flags: ['SCHED_FLAG_RESET_ON_FORK'],
      runtime: 5000,
      deadline: 6000,
      period: 7000,
    },
    noNewPrivileges: true,
    capabilities: {
      bounding: capabilities,
      permitted: capabilities,
      inheritable: capabilities,
      effective: capabilities,
      ambient: capabilities,
    },
    rlimits: [{ type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024 }],
    execCPUAffinity: { initial: '7', final: '0-3,7' },
  };
}

function resources(): Tree {
  return {
    unified: { 'memory.high': '1000' },
    devices: [{ allow: true, type: 'c', major: 10, minor: 229, access: 'rw' }],
    pids: { limit: 32771 },
    blockIO: {
      weight: 10,
      leafWeight: 10,
      weightDevice: [{ major: 8, minor: 0, weight: 500, leafWeight: 300 }],
      throttleReadBpsDevice: throttle,
      throttleWriteBpsDevice: throttle,
      throttleReadIOPSDevice: throttle,
      throttleWriteIOPSDevice: throttle,
    },
    cpu: {
      shares: 1024,
      quota: 1000000,
      burst: 1000000,
      period: 500000,
      realtimeRuntime: 950000,
      realtimePeriod: 1000000,
      cpus: '2-3',
      mems: '0-7',
      idle: 0,
    },
    memory: {
      limit: 536870912,
      reservation: 536870912,
      swap: 536870912,
      kernel: -1,
      kernelTCP: -1,
      swappiness: 0,
      disableOOMKiller: false,
      useHierarchy: false,
      checkBeforeUpdate: true,
    },
    hugepageLimits: [{ pageSize: '2MB', limit: 9223372 }],
    network: { classID: 1048577, priorities: [{ name: 'eth0', priority: 500 }] },
    rdma: { mlx5_1: { hcaHandles: 3, hcaObjects: 10000 } },
  };
}

function seccomp(): Tree {
  const args = [{ index: 1, value: 2080505856, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }];
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 1,
    flags: ['SECCOMP_FILTER_FLAG_LOG'],
    listenerPath: '/run/agent',
    listenerMetadata: 'data',
    architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
    syscalls: [{ names: ['getcwd', 'chmod'], action: 'SCMP_ACT_ERRNO', errnoRet: 1, args }],
  };
}

function linux(): Tree {
  const types = ['pid', 'network', 'mount', 'ipc', 'uts', 'user', 'cgroup', 'time'];
  return {
    namespaces: [...types.map((type) => ({ type }))],
    uidMappings: mapping,
    gidMappings: mapping,
    timeOffsets: { boottime: { secs: 5, nanosecs: 6 }, monotonic: { secs: -5, nanosecs: 6 } },
    devices: [{ path: '/dev/fuse', type: 'c', major: 10, minor: 229, fileMode: 438, uid: 0, gid: 0 }],
    netDevices: { eth0: { name: 'container_eth0' } },
    sysctl: { 'net.ipv4.ip_forward': '1' },
    cgroupsPath: '/a/b',
    resources: resources(),
    seccomp: seccomp(),
    rootfsPropagation: 'slave',
    maskedPaths: ['/proc/kcore'],
    readonlyPaths: ['/proc/sys'],
    mountLabel: 'label',
    intelRdt: {
      closID: 'a',
      schemata: ['L3:0=7f0'],
      l3CacheSchema: 'L3:0=1',
      memBwSchema: 'MB:0=20',
      enableMonitoring: true,
    },
    memoryPolicy: { mode: 'MPOL_INTERLEAVE', nodes: '2-3', flags: ['MPOL_F_STATIC_NODES'] },
    personality: { domain: 'LINUX', flags: [] },
  };
}

export function fullConfig(): Tree {
  return {
    ociVersion: '1.3.0',
    process: process(),
    root: { path: 'rootfs', readonly: true },
    hostname: 'slartibartfast',
    domainname: 'foobarbaz.test',
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      {
        destination: '/data',
        source: '/data',
        options: ['rbind', 'idmap'],
        uidMappings: mapping,
        gidMappings: mapping,
      },
    ],
    hooks: {
      prestart: [hook],
      createRuntime: [hook],
      createContainer: [hook],
      startContainer: [hook],
      poststart: [hook],
      poststop: [hook],
    },
    annotations: { 'com.example.key': 'value' },
    linux: linux(),
  };
}
