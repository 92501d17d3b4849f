import type { IdMapping, Linux, Spec } from '../spec/types.ts';
import type { Facts, IdTool } from './facts.ts';
import { hostId } from './ids.ts';
import { invalid } from './refuse.ts';
import { isUser } from './rootless.ts';

type Who = Pick<Facts, 'uid' | 'rootless'>;

/**
 * A config with what it leaves open of the user namespace: an ordinary user gets one that he did not ask for, since he
 * can have no other namespace without it; and one that is given no mappings at all, which config-linux.md leaves open,
 * gets those that whoever runs the runtime may make.
 */
export function withUsers(spec: Spec, facts: Who, warn: (message: string) => void): Spec {
  return withMappings(withUserNamespace(spec, facts, warn), facts, warn);
}

function withUserNamespace(spec: Spec, facts: Who, warn: (message: string) => void): Spec {
  const { namespaces = [] } = spec.linux ?? {};
  if (!isUser(facts) || namespaces.some(({ type }) => type === 'user')) return spec;
  warn('linux.namespaces: there is no user namespace, which an ordinary user needs: one is made');
  return { ...spec, linux: { ...spec.linux, namespaces: [...namespaces, { type: 'user' }] } };
}

function withMappings(spec: Spec, { uid, rootless }: Who, warn: (message: string) => void): Spec {
  const { namespaces = [], uidMappings = [], gidMappings = [] } = spec.linux ?? {};
  const isNew = namespaces.some(({ type, path }) => type === 'user' && !path);
  if (!isNew || uidMappings.length + gidMappings.length > 0) return spec;
  const linux: Linux = {
    ...spec.linux,
    uidMappings: defaultMap(uid, rootless?.tools.uid),
    gidMappings: defaultMap(rootless?.gid ?? 0, rootless?.tools.gid),
  };
  const others = linux.uidMappings?.length === 1 ? 'alone' : 'and subordinate ids of his';
  warn(
    `linux.uidMappings: there are none: the new user namespace has its root ${others}, user ${uid} of the host`,
  );
  requireMapped(spec.process.user.uid, linux.uidMappings, 'uid');
  requireMapped(spec.process.user.gid, linux.gidMappings, 'gid');
  return { ...spec, linux };
}

function requireMapped(id: number, mappings: readonly IdMapping[] = [], kind: 'uid' | 'gid'): void {
  if (hostId(mappings, id) !== undefined) return;
  throw invalid(
    `/process/user/${kind}`,
    `${id} is not mapped in the user namespace that is made for an ordinary user`,
    `take ${kind} 0, or have root give you ids in /etc/sub${kind} (and install newuidmap and newgidmap)`,
  );
}

/** Root is who runs the runtime, the one mapping that needs no privilege; then what newuidmap(1) would map for him. */
function defaultMap(own: number, { path, ranges = [] }: IdTool = {}): IdMapping[] {
  const mappings: IdMapping[] = [{ containerID: 0, hostID: own, size: 1 }];
  if (path === undefined) return mappings;
  let next = 1;
  for (const { start, count } of ranges) {
    mappings.push({ containerID: next, hostID: start, size: count });
    next += count;
  }
  return mappings;
}
