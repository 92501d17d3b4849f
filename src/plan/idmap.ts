import type { Context } from './context.ts';
import { stepMappings } from './ids.ts';
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
export function idmapOf(
  { namespaces, spec, facts }: Context,
  { mount, options, pointer }: Entry,
): Idmap | undefined {
  if (!isIdmapped({ mount, options })) return undefined;
  const own = mount.uidMappings !== undefined || mount.gidMappings !== undefined;
  if (isUser(facts)) {
    throw unsupported(
      pointer,
      'an idmapped mount needs rights over its file system, which an ordinary user has not',
      'leave its mappings out, or run as root',
    );
  }
  const idmapRecursive = options.idmap === 'tree';
  const path = joinedPath(namespaces, 'user');
  if (!own && path !== undefined) return { ...NO_IDMAP, userNamespace: path, idmapRecursive };
  const uid = own ? mount.uidMappings : spec.linux?.uidMappings;
  const gid = own ? mount.gidMappings : spec.linux?.gidMappings;
  if (!uid?.length || !gid?.length)
    throw invalid(pointer, 'an idmapped mount needs both uidMappings and gidMappings');
  return {
    uidMappings: stepMappings(uid),
    gidMappings: stepMappings(gid),
    userNamespace: '',
    idmapRecursive,
  };
}
