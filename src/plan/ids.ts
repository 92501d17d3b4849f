import type { IdMapping, Spec } from '../spec/types.ts';
import { invalid } from './refuse.ts';
import type { Facts, Mappings } from './facts.ts';
import { has, makes } from './namespaces.ts';
import type { Namespaces } from './namespaces.ts';
import type { StepOf } from './steps.ts';

type StepMappings = StepOf<'id-map'>['uidMappings'];

/** In the words of steps. */
export function stepMappings(mappings: readonly IdMapping[]): StepMappings {
  return mappings.map(({ containerID, hostID, size }) => ({ inside: containerID, outside: hostID, size }));
}

/** The mapping that an id of the container is in. */
export function mappingOf(mappings: readonly IdMapping[], id: number): IdMapping | undefined {
  return mappings.find(({ containerID, size }) => containerID <= id && id < containerID + size);
}

/** The id that the host knows an id of the container by, or undefined where it is not mapped. */
export function hostId(mappings: readonly IdMapping[], id: number): number | undefined {
  const range = mappingOf(mappings, id);
  return range && range.hostID + id - range.containerID;
}

/**
 * Mappings of the container's user namespace; undefined without one, or where a joined one could not be read. For a
 * joined one the config's own mappings may only repeat what it has, as containerd and CRI-O write them.
 */
export function userMappings(spec: Spec, namespaces: Namespaces, facts: Facts): Mappings | undefined {
  if (!has(namespaces, 'user')) return undefined;
  const { uidMappings: uid = [], gidMappings: gid = [] } = spec.linux ?? {};
  if (makes(namespaces, 'user')) return { uid, gid };
  const joined = facts.joinedMappings;
  if (joined !== undefined) {
    requireSame(uid, joined.uid, '/linux/uidMappings');
    requireSame(gid, joined.gid, '/linux/gidMappings');
  }
  return joined;
}

function requireSame(given: readonly IdMapping[], real: readonly IdMapping[], pointer: string): void {
  if (given.length === 0) return;
  if (mapText(given) === mapText(real)) return;
  throw invalid(
    pointer,
    `differ from those of the user namespace that is joined (${mapText(real)})`,
    'leave them out',
  );
}

/** As in uid_map, whose lines are in no order that matters. */
function mapText(mappings: readonly IdMapping[]): string {
  const lines = mappings.map(({ containerID, hostID, size }) => `${containerID} ${hostID} ${size}`);
  return lines.toSorted().join(', ');
}
