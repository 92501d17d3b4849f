import { absolutePath } from '../container/paths.ts';
import type { CgroupManager } from '../container/facts.ts';
import { RuntsError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { isOn, textOf, wordOf } from './flags.ts';
import type { FlagValues } from './flags.ts';
import type { Level, LogOptions } from './log.ts';

const DEFAULT_ROOT = '/run/runts';

export interface Root {
  readonly path: string;
  readonly isSet: boolean;
}

/** Where states lie: --root, else below XDG_RUNTIME_DIR for who is not root of the machine, else /run/runts. */
export function rootOf(host: Host, flags: FlagValues): Root {
  const given = textOf(flags, 'root');
  if (given !== undefined) return { path: checkRoot(host, absolutePath(host.self.cwd, given)), isSet: true };
  const runtime = host.self.env['XDG_RUNTIME_DIR'];
  if (runtime?.startsWith('/') !== true || !isUnprivileged(host))
    return { path: checkOwner(host, DEFAULT_ROOT), isSet: false };
  const path = `${runtime}/runts`;
  makeSticky(host, path);
  return { path: checkOwner(host, path), isSet: false };
}

function checkRoot(host: Host, path: string): string {
  if (path !== '/') return checkOwner(host, path);
  throw new RuntsError('INVALID_ARGUMENT', 'Option --root argument should not be set to /');
}

/** Whoever owns the directory can put another one in the place of a container's. */
function checkOwner({ files, self }: Host, path: string): string {
  if (!files.isForeign(path) || files.ownerOf(path) === 0) return path;
  throw new RuntsError(
    'UNSUPPORTED',
    `${path}: the root directory belongs to another user than uid ${self.uid}`,
    {
      hint: 'name a directory of your own with --root, or act as that user',
    },
  );
}

/** Another user's id, or root of a user namespace only. */
function isUnprivileged(host: Host): boolean {
  if (host.self.uid !== 0) return true;
  if (host.self.env['USER'] === 'root') return false;
  return !/^\s*0\s+0\s+4294967295\s*$/.test(host.files.readText('/proc/self/uid_map'));
}

/** The sticky bit keeps what lies in XDG_RUNTIME_DIR from being pruned (XDG Base Directory Specification). */
function makeSticky(host: Host, path: string): void {
  try {
    host.files.makeDirectory(path, 0o1700, true);
  } catch (error) {
    throw new RuntsError(
      'HOST_FAILED',
      `${path}: cannot make the root directory: ${(error as Error).message}`,
      {
        cause: error,
        hint: 'the path in $XDG_RUNTIME_DIR must be writable by the user; --root names another place',
      },
    );
  }
}

/** --cgroup-manager is crun's way to say it, --systemd-cgroup runc's. */
export function cgroupManagerOf(flags: FlagValues): CgroupManager {
  const name = wordOf(flags, 'cgroup-manager');
  if (name === undefined) return isOn(flags, 'systemd-cgroup') ? 'systemd' : 'cgroupfs';
  if (name === 'cgroupfs' || name === 'systemd' || name === 'disabled') return name;
  throw new RuntsError('INVALID_ARGUMENT', `unknown cgroup manager ${JSON.stringify(name)}`, {
    hint: 'it is one of cgroupfs, systemd, disabled',
  });
}

export function logOptionsOf(host: Host, flags: FlagValues): LogOptions {
  const format = wordOf(flags, 'log-format') ?? 'text';
  if (format !== 'text' && format !== 'json') {
    throw new RuntsError('INVALID_ARGUMENT', `invalid log-format: ${format}`);
  }
  const file = logFileOf(wordOf(flags, 'log'));
  return {
    ...(file !== undefined && { file: absolutePath(host.self.cwd, file) }),
    format,
    level: levelOf(flags),
    name: host.self.name,
  };
}

/** crun's users name the kind of log before a colon; a path with one of these words in front is `./word:...`. */
function logFileOf(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const [, kind, rest] = /^(file|journald|syslog):(.*)$/s.exec(text) ?? [];
  if (kind === undefined) return text;
  if (kind === 'file') return rest;
  throw new RuntsError('INVALID_ARGUMENT', `--log: ${kind} is not supported`, {
    hint: 'name a file, or leave --log out: errors and warnings go to standard error then',
  });
}

function levelOf(flags: FlagValues): Level {
  const level = wordOf(flags, 'log-level') ?? 'warning';
  if (level !== 'error' && level !== 'warning' && level !== 'debug') {
    throw new RuntsError('INVALID_ARGUMENT', `invalid log-level: ${level}`);
  }
  return isOn(flags, 'debug') ? 'debug' : level;
}

const ROOTLESS: Readonly<Record<string, boolean | undefined>> = {
  '': undefined,
  auto: undefined,
  '1': true,
  t: true,
  true: true,
  '0': false,
  f: false,
  false: false,
};

/** --rootless as runc has it: undefined is auto. */
export function rootlessOf(flags: FlagValues): boolean | undefined {
  const text = textOf(flags, 'rootless') ?? 'auto';
  const word = text.toLowerCase();
  if (Object.hasOwn(ROOTLESS, word)) return ROOTLESS[word];
  throw new RuntsError(
    'INVALID_ARGUMENT',
    `invalid value ${JSON.stringify(text)} for flag -rootless: expected true, false or auto`,
  );
}

/** A program with more rights than its caller would have to distrust all that it inherits, which a JavaScript engine cannot. */
export function refuseSetId(host: Host): void {
  if (!host.self.isSetId) return;
  throw new RuntsError('UNSUPPORTED', 'runts must not be set-user-ID or set-group-ID', {
    hint: 'take the bit away (chmod u-s,g-s): an ordinary user needs no rights for it (docs/rootless.md)',
  });
}
