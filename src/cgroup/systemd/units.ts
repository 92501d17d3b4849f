/** Names of units, and where their cgroups are. */
import { invalid } from '../../plan/refuse.ts';

const AT = '/linux/cgroupsPath';

/** A unit of systemd's that holds one container. */
export interface Unit {
  /** Such as `libpod-0123.scope`. */
  readonly name: string;
  readonly kind: 'scope' | 'slice';
  /** The slice that it is in. */
  readonly slice: string;
  /** Its cgroup below that of the manager. */
  readonly path: string;
}

/** What has other meanings in a cgroup's directory and so gets an underscore in front (CONTROL_GROUP_INTERFACE of systemd). */
const CONTROLLERS = new Set(['cpu', 'cpuacct', 'cpuset', 'io', 'blkio', 'memory', 'devices', 'pids']);

/**
 * The unit for `linux.cgroupsPath` in systemd's form, `slice:prefix:name`: `prefix-name.scope` in the slice. Without a
 * slice it is in system.slice, or for an unprivileged user in user.slice; a name that ends in .slice is a slice unit by
 * itself. An absent path is `:runts:ID`.
 * @throws {RuntsError} INVALID_CONFIG for another form, and for names that systemd does not take.
 */
export function unitOf(cgroupsPath: string, id: string, isUser: boolean): Unit {
  const parts = cgroupsPath === '' ? ['', 'runts', escapeId(id)] : cgroupsPath.split(':');
  const [slice = '', prefix = '', name = ''] = parts;
  if (parts.length !== 3) {
    throw invalid(
      AT,
      `expected cgroupsPath to be of format "slice:prefix:name" for systemd cgroups, got ${JSON.stringify(cgroupsPath)} instead`,
      'give a place such as system.slice:runts:NAME, or leave out --systemd-cgroup',
    );
  }
  const parent = checkName(
    slice === '-' ? '-.slice' : slice || (isUser ? 'user.slice' : 'system.slice'),
    '.slice',
  );
  if (name.endsWith('.slice')) {
    return { name: checkName(name, '.slice'), kind: 'slice', slice: parent, path: slicePath(name) };
  }
  const unit = checkName(`${prefix}-${name}.scope`, '.scope');
  return { name: unit, kind: 'scope', slice: parent, path: `${slicePath(parent)}/${cgroupName(unit)}` };
}

/** An id may hold `+`, which no unit may. */
function escapeId(id: string): string {
  return id.replaceAll('+', '\\x2b');
}

/** systemd.unit(5): letters, digits and `:-_.\`, at most 255 characters. */
function checkName(name: string, suffix: string): string {
  const fine = /^[A-Za-z0-9_.\\-]+$/.test(name) && name.length <= 255 && name.endsWith(suffix);
  if (fine && name !== suffix) return name;
  throw invalid(
    AT,
    `${JSON.stringify(name)} is no name of a ${suffix.slice(1)} unit`,
    'slice:prefix:name are made of letters, digits and -_.\\, and the slice ends in .slice',
  );
}

/** `a-b.slice` lies in `a.slice` (systemd.slice(5)); `-.slice` is the root. */
export function slicePath(slice: string): string {
  if (slice === '-.slice') return '';
  const parts = slice.slice(0, -'.slice'.length).split('-');
  if (parts.includes('')) {
    throw invalid(
      AT,
      `invalid slice name: ${slice}`,
      'a dash in the name of a slice stands between its parents: a-b.slice is in a.slice',
    );
  }
  return parts.map((_, at) => `/${cgroupName(`${parts.slice(0, at + 1).join('-')}.slice`)}`).join('');
}

function cgroupName(name: string): string {
  const stem = name.slice(0, name.lastIndexOf('.'));
  const taken = /^[_.]/.test(name) || name.startsWith('cgroup.') || CONTROLLERS.has(stem);
  return taken ? `_${name}` : name;
}

/** The object of a unit on the bus (bus_label_escape of systemd). */
export function objectPath(unit: string): string {
  const escaped = unit.replaceAll(
    /[^A-Za-z0-9]|^\d/g,
    (char) => `_${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `/org/freedesktop/systemd1/unit/${escaped}`;
}
