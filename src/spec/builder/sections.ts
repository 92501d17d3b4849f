/** What the builder says of the sections that are small. */
import type { Hook, HookPhase, Linux, Root, Seccomp, Spec } from '../types.ts';
import { given, knownOptions, refusal } from './given.ts';
import { merged, withLinux } from './parts.ts';
import { show } from '../problems.ts';
import { HOOK_PHASES } from '../words.ts';

export interface RootOptions {
  readonly readonly?: boolean;
}

export function setRoot(spec: Spec, path: string, options: RootOptions): Spec {
  knownOptions('rootfs', options, ['readonly']);
  const root: Root = { ...spec.root, path, ...options };
  return { ...spec, root: given('rootfs', ['root'], root) };
}

export type Annotations = Readonly<Record<string, string | undefined>>;

export function addAnnotations(spec: Spec, more: Annotations): Spec {
  const annotations = merged(spec.annotations ?? {}, more);
  return { ...spec, annotations: given('annotations', ['annotations'], annotations) };
}

/** By name, with `.` or `/` as separators. */
export type Sysctl = Readonly<Record<string, string | undefined>>;

export function setSysctl(spec: Spec, parameters: Sysctl): Spec {
  const sysctl = merged(spec.linux?.sysctl ?? {}, parameters);
  return withLinux(spec, { sysctl: given('sysctl', ['linux', 'sysctl'], sysctl) });
}

export function addHook(spec: Spec, phase: HookPhase, hook: Hook): Spec {
  if (!HOOK_PHASES.includes(phase))
    throw refusal('hook', `${show(phase)} is no phase`, `one of ${HOOK_PHASES.join(', ')}`);
  const entry = given('hook', ['hooks', phase, '0'], hook);
  return { ...spec, hooks: { ...spec.hooks, [phase]: [...(spec.hooks?.[phase] ?? []), entry] } };
}

/** The words stand for no profile of the spec's own. */
export function setSeccomp(spec: Spec, profile: Seccomp | 'default' | 'unconfined'): Spec {
  const { seccomp: _, ...linux }: Linux = spec.linux ?? {};
  if (profile === 'default' || profile === 'unconfined') return { ...spec, linux };
  return { ...spec, linux: { ...linux, seccomp: given('seccomp', ['linux', 'seccomp'], profile) } };
}
