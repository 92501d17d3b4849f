/** One call of each method of the builder, and arbitrary chains of them. */
import * as fc from 'fast-check';
import type { SpecBuilder } from '../../../src/spec/builder/builder.ts';
import { CAPABILITIES, HOOK_PHASES, RLIMIT_TYPES } from '../../../src/spec/words.ts';

export type Link = (builder: SpecBuilder) => SpecBuilder;

/** Every method that changes something, by its name. */
export const EACH: Readonly<Record<string, Link>> = {
  args: (b) => b.args('/bin/server', '--port', '80'),
  env: (b) => b.env({ HOME: '/root', PATH: '/bin', LANG: undefined }),
  cwd: (b) => b.cwd('/srv'),
  user: (b) => b.user({ uid: 1000, gid: 100, additionalGids: [5], umask: 0o077 }),
  terminal: (b) => b.terminal({ height: 24, width: 80 }),
  capabilities: (b) =>
    b.capabilities({ drop: ['ALL'], add: ['CAP_CHOWN'], ambient: ['CAP_NET_BIND_SERVICE'] }),
  noNewPrivileges: (b) => b.noNewPrivileges(false),
  rlimit: (b) => b.rlimit('RLIMIT_NOFILE', 4096, 'unlimited').rlimit('RLIMIT_CORE', 0),
  oomScoreAdj: (b) => b.oomScoreAdj(500),
  hostname: (b) => b.hostname('web'),
  domainname: (b) => b.domainname('example'),
  rootfs: (b) => b.rootfs('/images/web', { readonly: false }),
  mount: (b) =>
    b
      .mount({ bind: '/data', to: '/var/data', readonly: 'recursive', options: ['nosuid', 'rnodev'] })
      .mount({ type: 'overlay', to: '/mix', options: ['lowerdir=/a:/b'], readonly: true }),
  tmpfs: (b) => b.tmpfs('/tmp', { size: '64MiB', mode: 0o700, exec: true }).tmpfs('/dev/shm', { size: '1g' }),
  unmount: (b) => b.unmount('/dev/mqueue'),
  device: (b) =>
    b
      .device('/dev/fuse')
      .device({ path: '/dev/loop7', type: 'b', major: 7, minor: 7, access: 'r', mode: 0o600, uid: 0, gid: 6 })
      .device({ path: '/run/fifo', type: 'p' }),
  memory: (b) => b.memory('64MiB', { swap: 0, reservation: '32m' }),
  cpus: (b) => b.cpus(1.5),
  cpuShares: (b) => b.cpuShares(512),
  cpuset: (b) => b.cpuset('0-1', { mems: '0' }),
  pids: (b) => b.pids(64),
  unified: (b) => b.unified({ 'memory.high': '50000000' }),
  cgroup: (b) => b.cgroup('/pods/web'),
  namespace: (b) => b.namespace('network', { path: '/run/netns/blue' }).namespace('ipc', { pid: 42 }),
  userns: (b) => b.userns({ uid: 100_000 }),
  sysctl: (b) => b.sysctl({ 'net.ipv4.ip_unprivileged_port_start': '0' }),
  seccomp: (b) => b.seccomp({ defaultAction: 'SCMP_ACT_ALLOW' }),
  annotations: (b) => b.annotations({ 'org.example.owner': 'me' }),
  hook: (b) => b.hook('createRuntime', { path: '/bin/true', args: ['true'], timeout: 5 }),
  patch: (b) => b.patch({ linux: { personality: { domain: 'LINUX32' } } }),
};

/** The chain of all of them. */
export const everything: Link = (builder) => Object.values(EACH).reduce((b, link) => link(b), builder);

const path = fc.stringMatching(/^\/[a-z]{1,8}$/);
const text = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((value) => !/[\0]/.test(value));
const name = fc.stringMatching(/^[A-Z_]{1,8}$/);
const capabilities = fc.subarray([...CAPABILITIES, 'ALL'] as const);
const host = fc.constantFrom('pid', 'network', 'ipc', 'uts', 'cgroup', 'user', 'time');

/** A call with any arguments that have their types and ranges; names of the host and parameters apart, which need namespaces. */
export const anyLink: fc.Arbitrary<Link> = fc.oneof(
  fc.array(text, { maxLength: 3 }).map(
    (rest): Link =>
      (b) =>
        b.args('/bin/true', ...rest),
  ),
  fc.dictionary(name, fc.option(text, { nil: undefined })).map(
    (env): Link =>
      (b) =>
        b.env(env),
  ),
  path.map(
    (cwd): Link =>
      (b) =>
        b.cwd(cwd),
  ),
  fc.nat({ max: 65_535 }).map(
    (uid): Link =>
      (b) =>
        b.user(uid),
  ),
  fc.record({ height: fc.nat(65_535), width: fc.nat(65_535) }).map(
    (size): Link =>
      (b) =>
        b.terminal(size),
  ),
  fc.record({ add: capabilities, drop: capabilities, ambient: capabilities }).map(
    (changes): Link =>
      (b) =>
        b.capabilities(changes),
  ),
  fc.tuple(fc.constantFrom(...RLIMIT_TYPES), fc.bigInt(0n, 2n ** 64n - 1n)).map(
    ([type, soft]): Link =>
      (b) =>
        b.rlimit(type, soft, 'unlimited'),
  ),
  path.map(
    (root): Link =>
      (b) =>
        b.rootfs(root),
  ),
  fc.record({ bind: path, to: path, readonly: fc.constantFrom(true, false, 'recursive' as const) }).map(
    (mount): Link =>
      (b) =>
        b.mount(mount),
  ),
  fc.tuple(path, fc.integer({ min: 1 })).map(
    ([to, size]): Link =>
      (b) =>
        b.tmpfs(to, { size }),
  ),
  fc.tuple(fc.integer({ min: 1 }), fc.nat()).map(
    ([limit, swap]): Link =>
      (b) =>
        b.memory(limit, { swap }),
  ),
  fc.double({ min: 0.01, max: 1024, noNaN: true }).map(
    (cpus): Link =>
      (b) =>
        b.cpus(cpus),
  ),
  fc.integer({ min: 1 }).map(
    (pids): Link =>
      (b) =>
        b.pids(pids),
  ),
  fc.tuple(host, path).map(
    ([type, file]): Link =>
      (b) =>
        b.namespace(type, { path: file }),
  ),
  host.map(
    (type): Link =>
      (b) =>
        b.namespace(type, 'host'),
  ),
  fc.integer({ min: 0, max: 2 ** 31 }).map(
    (uid): Link =>
      (b) =>
        b.userns({ uid }),
  ),
  fc.constantFrom<'default' | 'unconfined'>('default', 'unconfined').map(
    (word): Link =>
      (b) =>
        b.seccomp(word),
  ),
  fc
    .dictionary(
      text.filter((key) => key !== ''),
      text,
    )
    .map(
      (record): Link =>
        (b) =>
          b.annotations(record),
    ),
  fc.constantFrom(...HOOK_PHASES).map(
    (phase): Link =>
      (b) =>
        b.hook(phase, { path: '/bin/true' }),
  ),
  fc.constantFrom('/dev/fuse', '/dev/kvm').map(
    (device): Link =>
      (b) =>
        b.device(device),
  ),
);
