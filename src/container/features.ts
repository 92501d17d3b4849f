import type { Host } from '../host/host.ts';
import { SPEC_VERSION } from '../spec/default.ts';
import {
  CAPABILITIES,
  HOOK_PHASES,
  MEMORY_POLICY_FLAGS,
  MEMORY_POLICY_MODES,
  MOUNT_OPTIONS,
  NAMESPACE_TYPES,
  SECCOMP_ACTIONS,
  SECCOMP_ARCHITECTURES,
  SECCOMP_FLAGS,
  SECCOMP_OPERATORS,
} from '../spec/words.ts';
import { VERSION } from '../version.ts';

/** Annotations of a config that act on the machine, so that a client does not let them come from an image. */
const UNSAFE_ANNOTATIONS = ['bundle', 'dev.runts.'];

/** The features document (features.md, features-linux.md) in the order of runc's. */
export function features(host: Host): object {
  const seccomp = host.self.seccompVersion();
  return {
    ociVersionMin: '1.0.0',
    ociVersionMax: SPEC_VERSION,
    hooks: HOOK_PHASES,
    mountOptions: sorted(MOUNT_OPTIONS),
    linux: linuxFeatures(seccomp !== undefined),
    annotations: {
      ...(seccomp !== undefined && { 'io.github.seccomp.libseccomp.version': seccomp }),
      'org.opencontainers.runc.checkpoint.enabled': 'false',
      'runts.version': VERSION,
    },
    potentiallyUnsafeConfigAnnotations: UNSAFE_ANNOTATIONS,
  };
}

function linuxFeatures(seccomp: boolean): object {
  return {
    namespaces: sorted(NAMESPACE_TYPES),
    capabilities: CAPABILITIES,
    cgroup: { v1: false, v2: true, systemd: false, systemdUser: false, rdma: true },
    seccomp: seccomp ? seccompFeatures() : { enabled: false },
    apparmor: { enabled: true },
    selinux: { enabled: true },
    intelRdt: { enabled: false, schemata: false, monitoring: false },
    memoryPolicy: { modes: sorted(MEMORY_POLICY_MODES), flags: sorted(MEMORY_POLICY_FLAGS) },
    mountExtensions: { idmap: { enabled: true } },
    netDevices: { enabled: false },
  };
}

function seccompFeatures(): object {
  return {
    enabled: true,
    actions: sorted(SECCOMP_ACTIONS),
    operators: sorted(SECCOMP_OPERATORS),
    archs: sorted(SECCOMP_ARCHITECTURES),
    knownFlags: sorted(SECCOMP_FLAGS),
    supportedFlags: sorted(SECCOMP_FLAGS),
  };
}

function sorted(words: readonly string[]): string[] {
  return [...words].sort();
}
