import type { Spec } from '../spec/types.ts';

/** Annotations of crun's that act here too, since callers such as podman give them; docs/annotations.md says how. */
export const CRUN = {
  /** Keep the supplementary groups of the runtime, which a rootless user's files may need. */
  keepGroups: 'run.oci.keep_original_groups',
  /** Files that get what hooks of the host write. */
  hooksStdout: 'run.oci.hooks.stdout',
  hooksStderr: 'run.oci.hooks.stderr',
  /** A system call that libseccomp does not know is an error. */
  failUnknownCall: 'run.oci.seccomp_fail_unknown_syscall',
} as const;

/** The value of an annotation; an empty one is none. */
export function annotationOf(
  { annotations = {} }: Pick<Spec, 'annotations'>,
  name: string,
): string | undefined {
  const value = Object.hasOwn(annotations, name) ? annotations[name] : undefined;
  return value === '' ? undefined : value;
}

/** True for an annotation that is there and says neither 0 nor false. */
export function isAnnotated(spec: Pick<Spec, 'annotations'>, name: string): boolean {
  return !['0', 'false'].includes(annotationOf(spec, name) ?? '0');
}
