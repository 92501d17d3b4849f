import { attempt } from '../host/attempt.ts';
import type { Host, HostFiles } from '../host/host.ts';
import type { IdRange, IdTool, Mappings, Rootless } from '../plan/facts.ts';
import type { IdMapping } from '../spec/types.ts';

/**
 * How far the rights of the runtime go; undefined where they are those of the machine's root, for whom little is read.
 * `held` are the capabilities of the runtime.
 */
export function readRootless({ files, self }: Host, held = self.capabilities()): Rootless | undefined {
  const isAdmin = held.includes('CAP_SYS_ADMIN');
  if (isAdmin && isFirstNamespace(files)) return undefined;
  const mappings = readMappings(files, '/proc/self');
  const forbiddenBy = readForbidden(files, isAdmin);
  return {
    kind: isAdmin ? 'namespace' : 'user',
    gid: self.gid,
    mappings: mappings ?? { uid: [ALL_IDS], gid: [ALL_IDS] },
    deniesGroups: deniesGroups(files, '/proc/self'),
    tools: isAdmin ? { uid: {}, gid: {} } : readTools(files, self.uid),
    ...(forbiddenBy !== undefined && { forbiddenBy }),
  };
}

/** user_namespaces(7): the map of the first user namespace. */
const ALL_IDS: IdMapping = { containerID: 0, hostID: 0, size: 4_294_967_295 };

/** As the kernel writes it (kernel/user_namespace.c), which spares nearly every runtime of root the parsing. */
const FIRST_MAP = '         0          0 4294967295\n';

/** A kernel without user namespaces has no uid_map. */
function isFirstNamespace(files: HostFiles): boolean {
  const text = readQuietly(files, '/proc/self/uid_map');
  if (text === undefined || text === FIRST_MAP) return true;
  const [first, ...more] = parseMap(text);
  return more.length === 0 && first?.containerID === 0 && first.hostID === 0 && first.size === ALL_IDS.size;
}

/** The id maps of a process's user namespace; undefined where they cannot be read. */
export function readMappings(files: HostFiles, process: string): Mappings | undefined {
  const uid = readQuietly(files, `${process}/uid_map`);
  const gid = readQuietly(files, `${process}/gid_map`);
  return uid === undefined || gid === undefined ? undefined : { uid: parseMap(uid), gid: parseMap(gid) };
}

/** True where setgroups(2) is denied in the user namespace of a process. */
export function deniesGroups(files: HostFiles, process: string): boolean {
  return readQuietly(files, `${process}/setgroups`)?.trim() === 'deny';
}

/** user_namespaces(7) */
function parseMap(text: string): IdMapping[] {
  const lines = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  return lines.flatMap(([containerID, hostID, size]) => {
    return containerID === undefined || hostID === undefined || size === undefined
      ? []
      : [{ containerID, hostID, size }];
  });
}

/** Kernel parameters that forbid new user namespaces where they are 0; the second is Debian's, and for users alone. */
function readForbidden(files: HostFiles, isAdmin: boolean): string | undefined {
  const zero = (path: string): boolean => readQuietly(files, `/proc/sys/${path}`)?.trim() === '0';
  if (zero('user/max_user_namespaces')) return 'user.max_user_namespaces = 0';
  const clone = !isAdmin && zero('kernel/unprivileged_userns_clone');
  return clone ? 'kernel.unprivileged_userns_clone = 0' : undefined;
}

/**
 * Where newuidmap(1) and newgidmap(1) are looked for: directories that root alone writes to. PATH has no say, since
 * these programs are given rights. The third is that of NixOS.
 */
const TOOL_DIRECTORIES = ['/usr/bin', '/usr/local/bin', '/run/wrappers/bin', '/bin'] as const;

/** Path of newuidmap or newgidmap. */
export function findIdTool(files: HostFiles, name: string): string | undefined {
  return TOOL_DIRECTORIES.map((directory) => `${directory}/${name}`).find((at) => files.exists(at));
}

function readTools(files: HostFiles, uid: number): Rootless['tools'] {
  const userName = readUserName(files, uid);
  const tool = (name: string, file: string): IdTool => {
    const path = findIdTool(files, name);
    const ranges = readRanges(files, file, userName === undefined ? undefined : [userName, String(uid)]);
    return {
      ...(path !== undefined && { path }),
      ...(userName !== undefined && { userName }),
      ...(ranges !== undefined && { ranges }),
    };
  };
  return { uid: tool('newuidmap', '/etc/subuid'), gid: tool('newgidmap', '/etc/subgid') };
}

/** passwd(5); a directory service may know more. */
function readUserName(files: HostFiles, uid: number): string | undefined {
  const lines = (readQuietly(files, '/etc/passwd') ?? '').split('\n').map((line) => line.split(':'));
  return lines.find(([, , id]) => id === String(uid))?.[0];
}

/**
 * subuid(5): `owner:start:count`, the owner by name or number. Undefined where the file does not tell: the user's name
 * is not known here, or nsswitch.conf(5) has another source.
 */
function readRanges(
  files: HostFiles,
  file: string,
  owners: readonly string[] | undefined,
): IdRange[] | undefined {
  if (owners === undefined || /^\s*subid\s*:/m.test(readQuietly(files, '/etc/nsswitch.conf') ?? ''))
    return undefined;
  const lines = (readQuietly(files, file) ?? '').split('\n').map((line) => line.trim().split(':'));
  return lines
    .filter(([owner = '']) => owners.includes(owner))
    .map(([, start, count]) => ({ start: Number(start), count: Number(count) }));
}

function readQuietly(files: HostFiles, path: string): string | undefined {
  return attempt(() => files.readText(path));
}
