import type { StepOf } from '../plan/steps.ts';
import type { DeviceCgroup } from '../spec/types.ts';
import { RESOURCES } from './settings.ts';

type Rule = StepOf<'cgroup-devices'>['rules'][number];
type Access = Rule['access'][number];

const ALL: readonly Access[] = ['r', 'w', 'm'];

/**
 * Appended to every container's rules, so they win: what runc and crun have always allowed. Nodes may be made of any
 * device (using one is another matter); null, zero, full, random, urandom and tty are the specification's default
 * devices; the rest are terminals (pts, ptmx) and tun, which callers have no means to ask for.
 */
export const DEFAULT_RULES: readonly Rule[] = [
  allow('c', -1, -1, ['m']),
  allow('b', -1, -1, ['m']),
  allow('c', 1, 3),
  allow('c', 1, 5),
  allow('c', 1, 7),
  allow('c', 1, 8),
  allow('c', 1, 9),
  allow('c', 5, 0),
  allow('c', 5, 2),
  allow('c', 136, -1),
  allow('c', 10, 200),
];

function allow(type: Rule['type'], major: number, minor: number, access = ALL): Rule {
  return { allow: true, type, major, minor, access };
}

/** There is always a device program: without rules a container has the default devices alone. */
export function devicesStep(devices: readonly DeviceCgroup[] = []): StepOf<'cgroup-devices'> {
  return {
    kind: 'cgroup-devices',
    on: 'host',
    because: `${RESOURCES}/devices`,
    rules: devices.map(ruleOf).concat(DEFAULT_RULES),
  };
}

function ruleOf({ allow, type = 'a', major = -1, minor = -1, access = 'rwm' }: DeviceCgroup): Rule {
  const letters = access === 'rwm' ? ALL : ALL.filter((letter) => access.includes(letter));
  return { allow, type, major, minor, access: letters };
}
