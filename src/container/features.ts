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

/** features.md, features-linux.md; the words are those of config.json. */
export interface Features {
  readonly ociVersionMin: string;
  readonly ociVersionMax: string;
  readonly hooks: readonly string[];
  readonly mountOptions: readonly string[];
  readonly linux: LinuxFeatures;
  readonly annotations: Readonly<Record<string, string>>;
  /** Prefixes of annotations, or annotations, that act on the machine. */
  readonly potentiallyUnsafeConfigAnnotations: readonly string[];
}

export interface LinuxFeatures {
  readonly namespaces: readonly string[];
  readonly capabilities: readonly string[];
  readonly cgroup: {
    readonly v1: boolean;
    readonly v2: boolean;
    readonly systemd: boolean;
    readonly systemdUser: boolean;
    readonly rdma: boolean;
  };
  readonly seccomp: SeccompFeatures;
  readonly apparmor: Enabled;
  readonly selinux: Enabled;
  readonly intelRdt: Enabled & { readonly schemata: boolean; readonly monitoring: boolean };
  readonly memoryPolicy: { readonly modes: readonly string[]; readonly flags: readonly string[] };
  readonly mountExtensions: { readonly idmap: Enabled };
  readonly netDevices: Enabled;
}

/** The lists are there where it is enabled. */
export interface SeccompFeatures extends Enabled {
  readonly actions?: readonly string[];
  readonly operators?: readonly string[];
  readonly archs?: readonly string[];
  readonly knownFlags?: readonly string[];
  readonly supportedFlags?: readonly string[];
}

interface Enabled {
  readonly enabled: boolean;
}

/**
 * The features document (features.md, features-linux.md) in the order of runc's: what runts does, whatever the machine
 * can do, but for the flags of seccomp that the kernel takes.
 */
export function features(host: Host): Features {
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

function linuxFeatures(seccomp: HostSeccomp | undefined): LinuxFeatures {
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

function seccompFeatures(seccomp: HostSeccomp): SeccompFeatures {
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
