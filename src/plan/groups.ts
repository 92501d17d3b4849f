import type { Spec } from '../spec/types.ts';
import { CRUN, isAnnotated } from './annotations.ts';

/** What becomes of the supplementary groups: set as the config says, none to be set, or those of the runtime kept. */
export type Groups = 'set' | 'denied' | 'kept';

/** `denied` where the user namespace has given setgroups up. */
export function groupsOf(spec: Spec, denied: boolean): Groups {
  if (keepsGroups(spec)) return 'kept';
  return denied ? 'denied' : 'set';
}

/** True where the process has the supplementary groups of the runtime, whatever the config names. */
export function keepsGroups(spec: Spec): boolean {
  return isAnnotated(spec, CRUN.keepGroups);
}
