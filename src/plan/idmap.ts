import type { IdmapRange } from '../spec/idmap-option.ts';
import type { IdMapping } from '../spec/types.ts';
import type { Context } from './context.ts';
import { mappingOf, stepMappings } from './ids.ts';
import type { Entry } from './mount-entry.ts';
import { joinedPath } from './namespaces.ts';
import { invalid, unsupported } from './refuse.ts';
import { isUser } from './rootless.ts';
import type { StepOf } from './steps.ts';

export type Idmap = Pick<
  StepOf<'open-tree'>,
  'uidMappings' | 'gidMappings' | 'userNamespace' | 'idmapRecursive'
>;

export const NO_IDMAP: Idmap = { uidMappings: [], gidMappings: [], userNamespace: '', idmapRecursive: false };

/** By the option, or by mappings alone. */
export function isIdmapped({ mount, options }: Pick<Entry, 'mount' | 'options'>): boolean {
  return options.idmap !== 'none' || mount.uidMappings !== undefined || mount.gidMappings !== undefined;
}

/** Mappings of the mount itself, or of the container's user namespace where it names none (config.md). */
export function idmapOf({ namespaces, spec, facts }: Context, entry: Entry): Idmap | undefined {
  if (!isIdmapped(entry)) return undefined;
  const { options, pointer } = entry;
  const own = ownMappings({ spec }, entry);
  if (isUser(facts)) {
    throw unsupported(
      pointer,
      'an idmapped mount needs rights over its file system, which an ordinary user has not',
      'leave its mappings out, or run as root',
    );
  }
  const idmapRecursive = options.idmap === 'tree';
  const path = joinedPath(namespaces, 'user');
  if (own === undefined && path !== undefined) return { ...NO_IDMAP, userNamespace: path, idmapRecursive };
  const { uid, gid } = own ?? { uid: spec.linux?.uidMappings, gid: spec.linux?.gidMappings };
  if (!uid?.length || !gid?.length)
    throw invalid(pointer, 'an idmapped mount needs both uidMappings and gidMappings');
  return {
    uidMappings: stepMappings(uid),
    gidMappings: stepMappings(gid),
    userNamespace: '',
    idmapRecursive,
  };
}

interface OwnMappings {
  readonly uid: readonly IdMapping[] | undefined;
  readonly gid: readonly IdMapping[] | undefined;
}

/** Those that the mount names itself. */
function ownMappings(
  { spec: { linux = {} } }: Pick<Context, 'spec'>,
  { mount, options: { mappings }, pointer }: Pick<Entry, 'mount' | 'options' | 'pointer'>,
): OwnMappings | undefined {
  if (mappings !== undefined) {
    return {
      uid: mappings.uids.map((range) => absolute(range, linux.uidMappings, `${pointer}/options`)),
      gid: mappings.gids.map((range) => absolute(range, linux.gidMappings, `${pointer}/options`)),
    };
  }
  const { uidMappings: uid, gidMappings: gid } = mount;
  return uid === undefined && gid === undefined ? undefined : { uid, gid };
}

/** A relative range names ids of the container's user namespace in the place of the host's. */
function absolute(range: IdmapRange, users: readonly IdMapping[] = [], pointer: string): IdMapping {
  const { relative, containerID, hostID: first, size } = range;
  if (!relative) return { containerID, hostID: first, size };
  const around = mappingOf(users, first);
  if (around === undefined || first + size > around.containerID + around.size) {
    const ids = `${first} to ${first + size - 1}`;
    throw invalid(pointer, `"@": the container's user namespace maps the ids ${ids} not or not in one range`);
  }
  return { containerID, hostID: around.hostID + first - around.containerID, size };
}
