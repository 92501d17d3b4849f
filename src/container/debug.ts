import type { Facts } from '../plan/facts.ts';
import { CAPABILITY_NAMES } from '../plan/numbers.ts';

/** What was found out about the machine, for the log; one line each. */
export function factLines(facts: Facts): string[] {
  const { id, bundle, stateDirectory, uid, rootless } = facts;
  const rights = { namespace: 'root of a user namespace', user: 'an ordinary user' } as const;
  return [
    `container ${id}: bundle ${bundle}, state ${stateDirectory}`,
    `runtime: uid ${uid}, ${rootless === undefined ? 'root of the machine' : rights[rootless.kind]}`,
    `capabilities to give away: ${grantableText(facts)}`,
    `cgroups: ${cgroupText(facts)}`,
  ];
}

function grantableText({ grantable }: Facts): string {
  const lacking = CAPABILITY_NAMES.filter((name) => !grantable.includes(name));
  if (lacking.length === 0) return 'all';
  if (grantable.length === 0) return 'none';
  return lacking.length < grantable.length ? `all but ${lacking.join(' ')}` : grantable.join(' ');
}

function cgroupText({ cgroup }: Facts): string {
  if (cgroup === undefined) return 'no v2 hierarchy';
  const { root, hybrid, controllers, delegation } = cgroup;
  const own = delegation?.own === undefined ? '' : `; the runtime is in ${delegation.own}`;
  return `${root}${hybrid ? ' (hybrid)' : ''} with ${controllers.join(' ') || 'no controllers'}${own}`;
}
