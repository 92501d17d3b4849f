import { nearest, show } from '../problems.ts';
import type { Capabilities, Spec } from '../types.ts';
import { CAPABILITIES } from '../words.ts';
import { knownOptions, refusal } from './given.ts';
import { withProcess } from './parts.ts';

/** capabilities(7) of the kernels that runts runs on. */
export type Capability = (typeof CAPABILITIES)[number];

/** `drop` comes first, so that `{ drop: ['ALL'], add: ['CAP_CHOWN'] }` leaves one. */
export interface CapabilityChanges {
  /** Into the bounding, effective and permitted sets: for programs of root. */
  readonly add?: readonly (Capability | 'ALL')[];
  /** Out of all five sets. */
  readonly drop?: readonly (Capability | 'ALL')[];
  /** Into all five sets: also for programs of another user, which lose the others at execve(2). */
  readonly ambient?: readonly (Capability | 'ALL')[];
}

export function changeCapabilities(spec: Spec, changes: CapabilityChanges): Spec {
  knownOptions('capabilities', changes, ['add', 'drop', 'ambient']);
  const [add, drop, ambient] = [changes.add, changes.drop, changes.ambient].map(named) as [
    readonly string[],
    readonly string[],
    readonly string[],
  ];
  const before = spec.process.capabilities ?? {};
  const set = (name: keyof Capabilities, more: readonly string[]): readonly string[] => {
    const kept = (before[name] ?? []).filter((capability) => !drop.includes(capability));
    return [...new Set([...kept, ...more])];
  };
  const common = [...add, ...ambient];
  const capabilities: Capabilities = {
    bounding: set('bounding', common),
    effective: set('effective', common),
    inheritable: set('inheritable', ambient),
    permitted: set('permitted', common),
    ambient: set('ambient', ambient),
  };
  return withProcess(spec, { capabilities });
}

function named(names: readonly string[] = []): readonly string[] {
  for (const name of names) {
    if (name === 'ALL' || (CAPABILITIES as readonly string[]).includes(name)) continue;
    const near = nearest(name, CAPABILITIES) ?? nearest(`CAP_${name}`, CAPABILITIES);
    throw refusal(
      'capabilities',
      `${show(name)} is no capability`,
      near ?? 'ALL, or a name such as CAP_CHOWN',
    );
  }
  return names.includes('ALL') ? CAPABILITIES : names;
}
