import { SIZE_EXPECTED, sizeOf } from '../size.ts';
import type { Size } from '../size.ts';
import type { Mount, Spec } from '../types.ts';
import { show } from '../problems.ts';
import type { ACCESS_TIMES, LINK_WORDS, MOUNT_FLAGS, MOUNT_PROPAGATIONS } from '../mount-words.ts';
import { absolute, given, knownOptions, refusal } from './given.ts';
import { replaced } from './parts.ts';

type Attribute = keyof typeof MOUNT_FLAGS | keyof typeof ACCESS_TIMES | (typeof MOUNT_PROPAGATIONS)[number];

/** A word of mount(8) for a bind mount; with `r` before it, for the mounts below too (mount_setattr(2)). */
export type BindOption = Attribute | `r${Attribute}` | (typeof LINK_WORDS)[number] | 'idmap' | 'ridmap';

/** A directory or file of the host, and the mounts below it, at a place in the container. */
export interface BindMount {
  /** Absolute path on the host. */
  readonly bind: string;
  /** Absolute path in the container. */
  readonly to: string;
  /** True: this mount alone cannot be written; `'recursive'`: nor can those below it. Default false. */
  readonly readonly?: boolean | 'recursive';
  /** False leaves the mounts below it on the host out. Default true. */
  readonly recursive?: boolean;
  readonly options?: readonly BindOption[];
  readonly type?: never;
}

/** A new file system at a place in the container. */
export interface FileSystemMount {
  /** Such as `tmpfs`, `proc`, `overlay`. */
  readonly type: string;
  /** Absolute path in the container. */
  readonly to: string;
  /** Default: the type. */
  readonly source?: string;
  readonly readonly?: boolean;
  /** Words of mount(8) and of the file system, such as `nosuid` or `size=64m`. */
  readonly options?: readonly string[];
  readonly bind?: never;
}

export interface TmpfsOptions {
  /** Default: half of the machine's memory (tmpfs(5)). */
  readonly size?: Size;
  /** Permissions of its root directory. Default 0o1777. */
  readonly mode?: number;
  /** Programs in it may be executed. Default false. */
  readonly exec?: boolean;
}

/** What is mounted at the same place already is replaced, where it stands in the order. */
export function addMount(spec: Spec, mount: BindMount | FileSystemMount): Spec {
  const entry = mount.bind === undefined ? fileSystemMount(mount) : bindMount(mount);
  return put(spec, given('mount', ['mounts', '0'], entry));
}

function put(spec: Spec, mount: Mount): Spec {
  const isSame = ({ destination }: Mount): boolean => destination === mount.destination;
  return { ...spec, mounts: replaced(spec.mounts ?? [], mount, isSame) };
}

function bindMount(mount: BindMount): Mount {
  knownOptions('mount', mount, ['bind', 'to', 'readonly', 'recursive', 'options']);
  const { readonly = false, recursive = true, options = [] } = mount;
  const words = { true: ['ro'], false: [], recursive: ['rro'] }[`${readonly}`];
  if (words === undefined)
    throw refusal('mount', `readonly ${show(readonly)} is not known`, `true, false or 'recursive'`);
  return {
    destination: absolute('mount', 'to', mount.to),
    type: 'none',
    source: absolute('mount', 'bind', mount.bind),
    options: [recursive ? 'rbind' : 'bind', ...words, ...options],
  };
}

function fileSystemMount(mount: FileSystemMount): Mount {
  knownOptions('mount', mount, ['type', 'to', 'source', 'readonly', 'options']);
  const { type, source = type, readonly = false, options = [] } = mount;
  if (typeof type !== 'string' || type === '')
    throw refusal('mount', `type ${show(type)} is no file system`, 'bind: PATH, or a type such as tmpfs');
  const destination = absolute('mount', 'to', mount.to);
  return { destination, type, source, options: [...(readonly ? ['ro'] : []), ...options] };
}

export function addTmpfs(spec: Spec, to: string, options: TmpfsOptions): Spec {
  knownOptions('tmpfs', options, ['size', 'mode', 'exec']);
  const { size, mode = 0o1777, exec = false } = options;
  if (!Number.isInteger(mode) || mode < 0 || mode > 0o7777)
    throw refusal('tmpfs', `mode ${show(mode)} is no set of permissions`, 'a number from 0 to 0o7777');
  const words = ['nosuid', 'nodev', ...(exec ? [] : ['noexec']), `mode=${mode.toString(8)}`];
  if (size !== undefined) words.push(`size=${bytes('tmpfs', size)}`);
  const destination = absolute('tmpfs', 'to', to);
  return put(spec, { destination, type: 'tmpfs', source: 'tmpfs', options: words });
}

/** Takes away what is mounted at a place. */
export function removeMount(spec: Spec, at: string): Spec {
  const mounts = spec.mounts ?? [];
  const left = mounts.filter(({ destination }) => destination !== at);
  if (left.length < mounts.length) return { ...spec, mounts: left };
  const places = mounts.map(({ destination }) => destination).join(', ');
  throw refusal('unmount', `nothing is mounted at ${show(at)}`, `one of ${places}`);
}

/** A size in bytes, at least one. */
export function bytes(method: string, size: Size): number {
  const found = typeof size === 'string' ? sizeOf(size) : size;
  if (Number.isSafeInteger(found) && Number(found) > 0) return Number(found);
  throw refusal(method, `${show(size)} is no size`, `${SIZE_EXPECTED}, such as 64MiB`);
}
