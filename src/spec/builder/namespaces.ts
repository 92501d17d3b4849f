import { show } from '../problems.ts';
import type { IdMapping, Namespace, NamespaceType, Spec } from '../types.ts';
import { NAMESPACE_TYPES } from '../words.ts';
import { absolute, given, knownOptions, refusal } from './given.ts';
import { replaced, withLinux } from './parts.ts';

/**
 * `'new'`: one of the container's own. `'host'`: that of the runtime. `{ path }`: one that a file keeps, such as
 * /run/netns/blue. `{ pid }`: that of a process which lives when the container is created, such as another container's.
 */
export type NamespaceChoice = 'new' | 'host' | { readonly path: string } | { readonly pid: number };

/** A container never has the mount namespace of its host, where its mounts would cover the host's files. */
export type NamespaceChoiceOf<T extends NamespaceType> = T extends 'mount'
  ? Exclude<NamespaceChoice, 'host'>
  : NamespaceChoice;

/** Names of the files below /proc/PID/ns (namespaces(7)). */
const FILES: Readonly<Record<NamespaceType, string>> = {
  pid: 'pid',
  network: 'net',
  mount: 'mnt',
  ipc: 'ipc',
  uts: 'uts',
  user: 'user',
  cgroup: 'cgroup',
  time: 'time',
};

export function setNamespace(spec: Spec, type: NamespaceType, choice: NamespaceChoice): Spec {
  if (type === 'mount' && choice === 'host')
    throw refusal('namespace', "mount 'host' would cover files of the host", `'new', { path } or { pid }`);
  const others = spec.linux?.namespaces ?? [];
  const own = given('namespace', ['linux', 'namespaces', '0'], entryOf(type, choice));
  const isSame = (other: Namespace): boolean => other.type === type;
  const namespaces =
    choice === 'host' ? others.filter((other) => !isSame(other)) : replaced(others, own, isSame);
  return withLinux(type === 'user' ? withoutMappings(spec) : spec, { namespaces });
}

function entryOf(type: NamespaceType, choice: NamespaceChoice): Namespace {
  if (choice === 'new' || choice === 'host') return { type };
  if (typeof choice !== 'object' || choice === null)
    throw refusal('namespace', `${type} ${show(choice)} is not known`, `'new', 'host', { path } or { pid }`);
  knownOptions('namespace', choice, ['path', 'pid']);
  if ('path' in choice) return { type, path: absolute('namespace', 'path', choice.path) };
  if (!Number.isSafeInteger(choice.pid) || choice.pid < 1)
    throw refusal('namespace', `pid ${show(choice.pid)} is no process`, 'an integer from 1');
  if (!NAMESPACE_TYPES.includes(type)) return { type };
  return { type, path: `/proc/${choice.pid}/ns/${FILES[type]}` };
}

/** They belong to the user namespace that was there before. */
function withoutMappings(spec: Spec): Spec {
  const { uidMappings: _, gidMappings: __, ...linux } = spec.linux ?? {};
  return { ...spec, linux };
}

/** Ids from 0 in the container, and those of the host that they are. */
export interface UsernsOptions {
  /** The first id of the host. */
  readonly uid: number;
  /** Default: as `uid`. */
  readonly gid?: number;
  /** How many. Default 65536. */
  readonly size?: number;
}

export function setUserns(spec: Spec, options: UsernsOptions): Spec {
  knownOptions('userns', options, ['uid', 'gid', 'size']);
  const { uid, gid = uid, size = 65_536 } = options;
  const map = (hostID: number): readonly IdMapping[] =>
    given('userns', ['linux', 'uidMappings'], [{ containerID: 0, hostID, size }]);
  const [uidMappings, gidMappings] = [map(uid), map(gid)];
  return withLinux(setNamespace(spec, 'user', 'new'), { uidMappings, gidMappings });
}
