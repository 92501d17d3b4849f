/** What can be wrong with a single string of config.json. */
import { show } from './problems.ts';
import type { Flaw } from './schema.ts';

function flaw(message: string, expected: string): Flaw {
  return { message, expected };
}

export function notAbsolute(path: string): Flaw | undefined {
  return path.startsWith('/')
    ? undefined
    : flaw(`${show(path)} is not an absolute path`, 'a path that begins with /');
}

/** `NAME=value` with a name (environ(7)); runc refuses the rest as well. */
export function notEnvironment(entry: string): Flaw | undefined {
  const at = entry.indexOf('=');
  if (at === -1) return flaw(`${show(entry)} has no =`, 'NAME=value');
  return at === 0 ? flaw(`${show(entry)} has no name before its =`, 'NAME=value') : undefined;
}

/** The highest CPU or memory node number that a list may hold, as in runc. */
const MAX_MEMBER = 65536;
const RANGE = /^(\d{1,6})(?:-(\d{1,6}))?$/;

/** A list such as `0-3,7`; spaces around and empty entries are let pass, as in runc. */
export function notCpuList(list: string): Flaw | undefined {
  const ranges = list
    .split(',')
    .map((range) => range.trim())
    .filter((range) => range !== '');
  const bad = ranges.find((range) => !isRange(range));
  if (bad !== undefined)
    return flaw(`${show(bad)} is not a number or a range of numbers`, 'a list such as 0-3,7');
  return ranges.length === 0 ? flaw(`${show(list)} has no members`, 'a list such as 0-3,7') : undefined;
}

/** The same for memory nodes, in the words of runc. */
export function notNodeList(list: string): Flaw | undefined {
  const found = notCpuList(list);
  return found && flaw(`invalid memory policy node: ${found.message}`, found.expected);
}

/** How many members a list has that is one. */
export function countMembers(list: string): number {
  const ranges = list.split(',').map((range) => RANGE.exec(range.trim()));
  return ranges.reduce((sum, range) => {
    const [, first, last = first] = range ?? [];
    return first === undefined ? sum : sum + Number(last) - Number(first) + 1;
  }, 0);
}

function isRange(range: string): boolean {
  const [, first, last = first] = RANGE.exec(range) ?? [];
  return first !== undefined && Number(first) <= Number(last) && Number(last) <= MAX_MEMBER;
}

/** What the kernel's bitmap lists are written with (lib/bitmap-str.c); the kernel judges the rest. */
export function notBitmapList(list: string): Flaw | undefined {
  return /^[\d, \n:/-]*$/.test(list)
    ? undefined
    : flaw(`${show(list)} is not a list of numbers`, 'a list such as 0-3,7');
}

const SEMVER =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?(?:\+[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?$/;

/** SemVer 2.0.0, major version 1: the specification is compatible within a major version. */
export function notVersion(version: string): Flaw | undefined {
  if (!SEMVER.test(version))
    return flaw(`${show(version)} is not a version`, 'a SemVer version such as 1.3.0');
  return version.startsWith('1.')
    ? undefined
    : flaw(`${show(version)} is not supported`, 'a version 1.x of the specification');
}

/** Bytes of a well-formed string in UTF-8. */
function byteLength(text: string): number {
  return encodeURIComponent(text).replaceAll(/%[\dA-F]{2}/g, '.').length;
}

/** What sethostname(2) and setdomainname(2) take, bytes. */
const MAX_NAME = 64;
/** Of a character that is one unit of a string, in UTF-8; two units are four bytes. */
const MOST_BYTES = 3;

export function notHostName(name: string): Flaw | undefined {
  if (name.length * MOST_BYTES <= MAX_NAME) return undefined;
  const bytes = byteLength(name);
  return bytes <= MAX_NAME ? undefined : flaw(`${show(name)} has ${bytes} bytes`, '64 bytes at most');
}

/** What the kernel takes as an interface name (net/core/dev.c, dev_valid_name). */
export function notInterface(name: string): Flaw | undefined {
  const expected = '1 to 15 bytes without / : or white space';
  const bytes = byteLength(name);
  if (bytes === 0 || bytes > 15) return flaw(`${show(name)} has ${bytes} bytes`, expected);
  if (name === '.' || name === '..' || /[/:\s]/.test(name))
    return flaw(`${show(name)} is not an interface name`, expected);
  return undefined;
}

/** The name of an interface in the container, or a template for one (net/core/dev.c, __dev_alloc_name). */
export function notInterfaceTemplate(name: string): Flaw | undefined {
  const percent = name.split('%').length - 1;
  if (percent === 0 || (percent === 1 && name.includes('%d'))) return notInterface(name);
  return flaw(`${show(name)} is not a template for an interface name`, 'one %d at most, and no other %');
}

/** A file directly in the container's cgroup. */
export function notCgroupFile(name: string): Flaw | undefined {
  if (name !== '' && name !== '.' && name !== '..' && !/[/\0\n]/.test(name)) return undefined;
  return flaw(`${show(name)} is not a file name`, 'the name of a file of the cgroup, such as memory.high');
}

/** Both forms: a path below the cgroup root, and `slice:prefix:name` for systemd. */
export function notCgroupsPath(path: string): Flaw | undefined {
  if (path.split('/').includes('..'))
    return flaw(`${show(path)} has a .. in it`, 'a path that stays below the cgroup root');
  return path.includes('\n') ? flaw(`${show(path)} has a line break in it`, 'a path') : undefined;
}

/** A directory of resctrl, or `/` for its root. */
export function notClosId(name: string): Flaw | undefined {
  const good = name === '/' || (name !== '.' && name !== '..' && !/[/\n]/.test(name));
  return good
    ? undefined
    : flaw(`${show(name)} is not a class of service`, 'a directory name without /, or / alone');
}

export function notOneLine(line: string): Flaw | undefined {
  return line.includes('\n') ? flaw(`${show(line)} has a line break in it`, 'one line') : undefined;
}

export function notMemoryBandwidth(line: string): Flaw | undefined {
  return line.startsWith('MB:')
    ? notOneLine(line)
    : flaw(`${show(line)} does not begin with MB:`, 'a line such as MB:0=20;1=70');
}

export function notPageSize(size: string): Flaw | undefined {
  return /^[1-9]\d*[KMG]B$/.test(size)
    ? undefined
    : flaw(`${show(size)} is not a page size`, 'a size such as 64KB, 2MB or 1GB');
}

export function notDeviceAccess(access: string): Flaw | undefined {
  return access === 'rwm' || /^[rwm]+$/.test(access)
    ? undefined
    : flaw(`${show(access)} is not a device access`, 'some of the letters r, w, m');
}
