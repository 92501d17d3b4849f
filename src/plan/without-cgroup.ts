import { firstLimit } from '../cgroup/resources.ts';
import type { LinuxResources, Spec } from '../spec/types.ts';
import type { Delegation, Facts } from './facts.ts';
import { unsupported } from './refuse.ts';
import { callerName } from './rootless.ts';

const HOW =
  'or have root delegate a cgroup: start runts by systemd-run --user --scope -p Delegate=yes (docs/rootless.md)';

/** Only a container that asks for nothing of a cgroup can do without one. Throws RuntsError UNSUPPORTED. */
export function requireNoCgroup(spec: Spec, resources: LinuxResources, facts: Facts): void {
  const limit = firstLimit(resources);
  if (facts.cgroupDisabled === true) {
    if (limit === undefined) return;
    throw unsupported(limit, 'needs a cgroup, and cgroups are switched off', 'leave the limit out');
  }
  const { delegation } = facts.cgroup ?? {};
  const why = whyNone(delegation, facts);
  if (limit !== undefined)
    throw unsupported(limit, `needs a cgroup, and ${why}`, `leave the limit out, ${HOW}`);
  if (spec.linux?.cgroupsPath)
    throw unsupported('/linux/cgroupsPath', `cannot be made: ${why}`, `leave it out, ${HOW}`);
  if (delegation?.required === true)
    throw unsupported(
      '/linux',
      `needs a cgroup (--rootless false), and ${why}`,
      `leave --rootless out, ${HOW}`,
    );
}

function whyNone(delegation: Delegation | undefined, facts: Facts): string {
  if (delegation === undefined) return 'there is no cgroup v2 hierarchy here';
  return `the cgroup ${delegation.missing ?? '/'} is not delegated to ${callerName(facts)}`;
}
