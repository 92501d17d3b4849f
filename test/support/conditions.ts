import { spawnSync } from 'node:child_process';
import { release } from 'node:os';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { STANDALONE } from './entry.ts';

declare module 'vitest' {
  interface TaskMeta {
    /** Why the test was skipped, for the closing tally (scripts/tally.mjs). */
    skipped?: string;
  }
}

/** Mount point of the cgroup v2 hierarchy; undefined where there is none. */
export const cgroupRoot: string | undefined = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find((directory) =>
  existsSync(join(directory, 'cgroup.controllers')),
);

const tried = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

const capable = (bit: number): boolean => {
  const found = /CapEff:\s*([0-9a-f]+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return ((BigInt(`0x${found}`) >> BigInt(bit)) & 1n) === 1n;
};

/** 6.18 as 6.18, 6.3 as 6.03. */
function kernel(): number {
  const [major = '0', minor = '0'] = release().split('.');
  return Number(major) + Number(minor) / 100;
}

function canMakeCgroup(): boolean {
  if (cgroupRoot === undefined) return false;
  const directory = join(cgroupRoot, `runts-try-${process.pid}`);
  try {
    mkdirSync(directory);
    rmdirSync(directory);
    return true;
  } catch {
    return false;
  }
}

/** Where the kernel gives real-time budgets to cgroups, new ones have none. */
function realTime(): boolean {
  if (cgroupRoot === undefined) return false;
  const directory = join(cgroupRoot, `runts-try-${process.pid}`);
  mkdirSync(directory, { recursive: true });
  const found = tried('sh', '-c', `echo 0 >${directory}/cgroup.procs && exec chrt -f 1 true`);
  rmdirSync(directory);
  return found;
}

const controller = (name: string) => (): string | undefined => {
  const file = cgroupRoot === undefined ? undefined : join(cgroupRoot, 'cgroup.controllers');
  const found = file === undefined ? [] : readFileSync(file, 'utf8').trim().split(' ');
  return found.includes(name) ? undefined : `the ${name} controller is not on cgroup v2 here`;
};

const installed =
  (...commands: string[]) =>
  (): string | undefined => {
    const missing = commands.filter((command) => !tried('sh', '-c', `command -v ${command}`));
    return missing.length === 0 ? undefined : `${missing.join(' and ')} not installed here`;
  };

const overlayTry =
  'mount -t tmpfs x /mnt && cd /mnt && mkdir a b u w m && mount -t overlay -o lowerdir=a:b,upperdir=u,workdir=w x m';

const whiteoutTry = 'd=$(mktemp -d) && mknod "$d/w" c 0 0; s=$?; rm -rf "$d"; exit "$s"';

/** Each tries something and says what is missing, or nothing. */
const CONDITIONS = {
  root: () => (process.getuid?.() === 0 ? undefined : 'needs root'),
  'mount namespaces': () =>
    tried('unshare', '-m', 'true') ? undefined : 'mount namespaces are not allowed here',
  cgroups: () => (canMakeCgroup() ? undefined : 'cgroups of the v2 hierarchy cannot be made here'),
  memory: controller('memory'),
  'no memory': () =>
    controller('memory')() === undefined ? 'the memory controller is on cgroup v2 here' : undefined,
  cpu: controller('cpu'),
  cpuset: controller('cpuset'),
  pids: controller('pids'),
  io: controller('io'),
  hugetlb: controller('hugetlb'),
  'user namespaces': () =>
    tried('unshare', '-U', 'true') ? undefined : 'user namespaces are not allowed here',
  'id tools': () =>
    ['/usr/bin/newuidmap', '/usr/bin/newgidmap', '/etc/subuid', '/etc/subgid'].every((path) =>
      existsSync(path),
    )
      ? undefined
      : 'newuidmap and newgidmap are not installed here',
  'time namespaces': () =>
    tried('unshare', '-T', 'true') ? undefined : 'this kernel has no time namespaces',
  overlay: () =>
    tried('unshare', '-m', 'sh', '-c', overlayTry) ? undefined : 'overlayfs cannot be mounted here',
  whiteouts: () =>
    tried('sh', '-c', whiteoutTry)
      ? undefined
      : 'the temporary directory takes no whiteouts, as on overlayfs',
  apparmor: () =>
    existsSync('/sys/module/apparmor/parameters/enabled') &&
    readFileSync('/sys/module/apparmor/parameters/enabled', 'utf8').startsWith('Y')
      ? undefined
      : 'AppArmor is not enabled here',
  'the parser of AppArmor': installed('apparmor_parser'),
  'no apparmor': () => (existsSync('/sys/module/apparmor') ? 'AppArmor is enabled here' : undefined),
  'no selinux': () => (existsSync('/sys/fs/selinux/enforce') ? 'SELinux is enabled here' : undefined),
  CAP_SYS_RESOURCE: () => (capable(24) ? undefined : 'CAP_SYS_RESOURCE is missing here'),
  'idmapped tmpfs': () => (kernel() >= 6.03 ? undefined : 'tmpfs takes id mappings since Linux 6.3'),
  'many layers': () =>
    kernel() >= 6.07 ? undefined : 'overlayfs takes more than about 60 layers since Linux 6.7',
  'veth devices': () =>
    tried('unshare', '-n', 'ip', 'link', 'add', 'a0', 'type', 'veth', 'peer', 'name', 'a1')
      ? undefined
      : 'veth devices cannot be made here',
  ipv6: () => (existsSync('/proc/net/if_inet6') ? undefined : 'this kernel has no IPv6'),
  'a block device': () => {
    spawnSync('modprobe', ['loop'], { stdio: 'ignore' });
    return existsSync('/sys/block') && readdirSync('/sys/block').length > 0
      ? undefined
      : 'there is no block device here';
  },
  'real-time scheduling': () => (realTime() ? undefined : 'cgroups get no real-time scheduling here'),
  strace: () =>
    tried('strace', '-f', '-o', '/dev/null', 'true') ? undefined : 'strace is missing or may not trace',
  'memory policies': () =>
    existsSync('/sys/devices/system/node/node0') ? undefined : 'this kernel has no NUMA memory policies',
  'two cpus': () => (tried('taskset', '-c', '1', 'true') ? undefined : 'there is only one processor here'),
  pressure: () => (existsSync('/proc/pressure/cpu') ? undefined : 'this kernel tells of no pressure'),
  'no pressure': () => (existsSync('/proc/pressure/cpu') ? 'this kernel tells of pressure' : undefined),
  podman: installed('podman', 'conmon'),
  buildah: installed('buildah'),
  skopeo: installed('skopeo'),
  containerd: installed('containerd', 'ctr'),
  umoci: installed('umoci'),
  python3: installed('python3'),
  docker: installed('dockerd', 'docker'),
  buildx: () =>
    tried('docker', 'buildx', 'version') ? undefined : 'the buildx plugin of docker is not installed here',
  runc: installed('runc'),
  npm: installed('npm'),
  'network bridges': () =>
    tried('unshare', '-n', 'sh', '-c', 'ip link add type bridge && ip link add type veth')
      ? undefined
      : 'network bridges cannot be made here',
  keyrings: () => (existsSync('/proc/keys') ? undefined : 'this kernel has no keyrings'),
  systemd: () => (existsSync('/run/systemd/system') ? undefined : 'systemd is not pid 1 here'),
  "a user's systemd": () =>
    existsSync('/run/user/70001/systemd/private')
      ? undefined
      : 'the user 70001 has no manager of systemd here',
  'a machine of its own': () =>
    process.env['RUNTS_MACHINE'] === undefined
      ? 'this machine is not one that container engines may have for themselves'
      : undefined,
  'the standalone executable': () => (existsSync(STANDALONE) ? undefined : 'dist/runts is not built here'),
  'message queues': () =>
    existsSync('/proc/sys/fs/mqueue') ? undefined : 'this kernel has no POSIX message queues',
} as const satisfies Record<string, () => string | undefined>;

export type Condition = keyof typeof CONDITIONS;

const known = new Map<Condition, string | undefined>();

/** Why this machine does not meet a condition; undefined where it does. */
export function lacking(condition: Condition): string | undefined {
  if (!known.has(condition)) known.set(condition, CONDITIONS[condition]());
  return known.get(condition);
}

/** Skips the test, with the reason, where the machine lacks something; what every container needs is always asked for. */
export function needs(context: TestContext, ...conditions: Condition[]): void {
  needsOnly(context, 'root', 'mount namespaces', 'cgroups', ...conditions);
}

/** The same for a test without a container. */
export function needsOnly(context: TestContext, ...conditions: Condition[]): void {
  for (const condition of conditions) {
    const reason = lacking(condition);
    if (reason !== undefined) skip(context, reason);
  }
}

/** Skips the test with a reason that the closing tally shows. */
export function skip(context: TestContext, reason: string): never {
  context.task.meta.skipped = reason;
  context.skip(reason);
}
