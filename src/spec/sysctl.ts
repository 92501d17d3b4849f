/** The kernel parameters that a container may set: those that one of its own namespaces holds. */
import { show } from './problems.ts';
import type { Flaw } from './schema.ts';
import type { NamespaceType } from './types.ts';

/**
 * The file of a parameter below /proc/sys, or undefined for a key that names none. As in sysctl(8), the first of
 * `.` and `/` in the key is its separator, and the other one stands for itself the wrong way round:
 * `net.ipv4.conf.eno2/100.rp_filter` and `net/ipv4/conf/eno2.100/rp_filter` are the same file.
 */
export function sysctlPath(key: string): string | undefined {
  const path = key.includes('/') ? withSlashes(key) : key.replaceAll('.', '/');
  const parts = path.split('/');
  return parts.length < 2 || parts.some(isNoName) || holdsLineEnd(key) ? undefined : path;
}

function withSlashes(key: string): string {
  const first = /[./]/.exec(key)?.[0];
  return first === '/' ? key : key.replaceAll(/[./]/g, (separator) => (separator === '.' ? '/' : '.'));
}

function isNoName(part: string): boolean {
  return part === '' || part === '.' || part === '..';
}

function holdsLineEnd(text: string): boolean {
  return text.includes('\n') || text.includes('\0');
}

/** The System V parameters of an ipc namespace (ipc_namespaces(7)). */
const IPC: ReadonlySet<string> = new Set([
  'kernel/msgmax',
  'kernel/msgmnb',
  'kernel/msgmni',
  'kernel/sem',
  'kernel/shmall',
  'kernel/shmmax',
  'kernel/shmmni',
  'kernel/shm_rmid_forced',
]);

/** The namespace that holds a parameter, or undefined for one that the whole machine shares. */
export function sysctlOwner(path: string): NamespaceType | undefined {
  if (IPC.has(path) || path.startsWith('fs/mqueue/')) return 'ipc';
  if (path.startsWith('net/')) return 'network';
  if (path === 'kernel/domainname' || path === 'kernel/hostname') return 'uts';
  return path.startsWith('user/') ? 'user' : undefined;
}

/** What is wrong with setting `key` to `value` in a container that has these namespaces. */
export function sysctlFlaw(
  key: string,
  value: string,
  has: (type: NamespaceType) => boolean,
): Flaw | undefined {
  const path = sysctlPath(key);
  if (path === undefined)
    return {
      message: `${show(key)} is not the name of a kernel parameter`,
      expected: 'a name such as net.ipv4.ip_forward',
    };
  if (holdsLineEnd(value)) return { message: 'the value has a line break in it', expected: 'one line' };
  const owner = sysctlOwner(path);
  if (owner === undefined) {
    return {
      message: 'belongs to the whole machine',
      expected: 'a parameter that a namespace holds: net.*, fs.mqueue.*, kernel.shm*, ...',
    };
  }
  if (!has(owner))
    return {
      message: `needs ${owner === 'ipc' ? 'an' : 'a'} ${owner} namespace`,
      expected: `an entry of type ${owner} in /linux/namespaces`,
    };
  return undefined;
}
