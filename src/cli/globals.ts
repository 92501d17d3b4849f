import { absolutePath } from '../container/paths.ts';
import type { CgroupManager } from '../container/facts.ts';
import { stateRoot } from '../container/state-root.ts';
import { RuntsError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { isOn, textOf, wordOf } from './flags.ts';
import type { FlagValues } from './flags.ts';
import type { Level, LogOptions } from './log.ts';

export interface Root {
  readonly path: string;
  readonly isSet: boolean;
}

/** Where states lie: --root, else where {@link stateRoot} says. */
export function rootOf(host: Host, flags: FlagValues): Root {
  const given = textOf(flags, 'root');
  return { path: stateRoot(host, given), isSet: given !== undefined };
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
