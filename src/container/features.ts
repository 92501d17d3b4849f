import type { Host, HostSeccomp } from '../host/host.ts';
import { SECCOMP_FLAG } from '../plan/numbers.ts';
import { architectureName } from '../plan/seccomp.ts';
import { SPEC_VERSION } from '../spec/default.ts';
import { MOUNT_OPTIONS } from '../spec/mount-words.ts';
import {
  CAPABILITIES,
  HOOK_PHASES,
  MEMORY_POLICY_FLAGS,
  MEMORY_POLICY_MODES,
  NAMESPACE_TYPES,
  SECCOMP_ACTIONS,
  SECCOMP_ARCHITECTURES,
  SECCOMP_FLAGS,
  SECCOMP_OPERATORS,
} from '../spec/words.ts';
import { COMMIT, VERSION } from '../version.ts';

/** Annotations of a config that act on the machine, so that a client does not let them come from an image. */
const UNSAFE_ANNOTATIONS = [
  'dev.runts.',
  'org.systemd.property.',
  'run.oci.hooks.',
  'run.oci.keep_original_groups',
];

/**
 * The features document (features.md, features-linux.md) in the order of runc's: what runts does, whatever the machine
 * can do, but for the flags of seccomp that the kernel takes.
 */
export function features(host: Host): object {
  return {
    ociVersionMin: '1.0.0',
    ociVersionMax: SPEC_VERSION,
    hooks: HOOK_PHASES,
    mountOptions: sorted(MOUNT_OPTIONS),
    linux: linuxFeatures(host.self.seccomp),
    annotations: annotations(host),
    potentiallyUnsafeConfigAnnotations: UNSAFE_ANNOTATIONS,
  };
}

/** The first two are keys of runc's that clients read; a version under runc's name would be taken for a runc. */
function annotations({ self }: Host): Readonly<Record<string, string>> {
  return {
    ...(self.seccomp !== undefined && { 'io.github.seccomp.libseccomp.version': self.seccomp.version() }),
    'org.opencontainers.runc.checkpoint.enabled': 'false',
    'dev.runts.commit': COMMIT,
    'dev.runts.version': VERSION,
  };
}

function linuxFeatures(seccomp: HostSeccomp | undefined): object {
  return {
    namespaces: sorted(NAMESPACE_TYPES),
    capabilities: CAPABILITIES,
    cgroup: { v1: false, v2: true, systemd: true, systemdUser: true, rdma: true },
    seccomp: seccomp === undefined ? { enabled: false } : seccompFeatures(seccomp),
    apparmor: { enabled: true },
    selinux: { enabled: true },
    intelRdt: { enabled: true, schemata: true, monitoring: true },
    memoryPolicy: { modes: sorted(MEMORY_POLICY_MODES), flags: sorted(MEMORY_POLICY_FLAGS) },
    mountExtensions: { idmap: { enabled: true } },
    netDevices: { enabled: true },
  };
}

function seccompFeatures(seccomp: HostSeccomp): object {
  return {
    enabled: true,
    actions: sorted(SECCOMP_ACTIONS),
    operators: sorted(SECCOMP_OPERATORS),
    archs: sorted(SECCOMP_ARCHITECTURES).filter((name) => seccomp.knowsArchitecture(architectureName(name))),
    knownFlags: sorted(SECCOMP_FLAGS),
    supportedFlags: sorted(SECCOMP_FLAGS).filter((name) => seccomp.takesFlags(SECCOMP_FLAG[name])),
  };
}

function sorted<T extends string>(words: readonly T[]): T[] {
  return [...words].sort();
}
