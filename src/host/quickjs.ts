import { CAPABILITY_NAMES } from '../plan/numbers.ts';
import type { CapabilityName } from '../plan/numbers.ts';
import { checked, checkedAsync } from './checked.ts';
import { coreFiles } from './core-files.ts';
import { coreProcesses } from './core-processes.ts';
import { coreSeccomp } from './core-seccomp.ts';
import { HostError } from './host.ts';
import type { Host, HostProcesses, HostSelf, HostTerminal } from './host.ts';
import type { Native } from './quickjs-native.ts';
import { FORWARDED, SIGWINCH } from './signals.ts';

/**
 * The machine as the standalone executable sees it. It is made while that is built, so nothing of the process may be asked
 * for before it is needed.
 */
export function quickjsHost(native: Native): Host {
  const ids = once(() => native.ids());
  return {
    files: coreFiles(
      () => native,
      () => ids()[3],
    ),
    processes: coreProcesses({
      core: () => native,
      capture: captureOf(native),
      // Its exit status is for the process that adopts it (conmon, a shim).
      letGo: (pidfd) => native.closeDescriptor(pidfd),
    }),
    terminal: terminalOf(native),
    self: selfOf(native, ids),
    reader: {
      parse: (text, apart = '') => (text.isWellFormed() ? native.readJson(text, apart) : undefined),
      walk: (value, { bytes }) => native.walk(value, bytes),
      findProgram: (directory, section) => native.findProgram(directory, section),
    },
  };
}

type Ids = () => ReturnType<Native['ids']>;

/** What does not change is asked once: when it is first needed, for until then there is no process. */
function once<T>(ask: () => T): () => T {
  let known: { readonly answer: T } | undefined;
  return () => (known ??= { answer: ask() }).answer;
}

function captureOf(native: Native): HostProcesses['capture'] {
  return (program, args) =>
    checkedAsync(async () => {
      const { status, stdout, stderr } = native.capture([program, ...args]);
      if (status === 0) return stdout;
      const said = stderr.trim();
      throw new HostError(
        '',
        'execve',
        said === '' ? `Command failed: ${[program, ...args].join(' ')}` : said,
      );
    });
}

const SIGNALS = Object.values(FORWARDED);

function terminalOf(native: Native): HostTerminal {
  return {
    isTerminal: (fd) => native.isTerminal(fd),
    size: (fd) => native.terminalSize(fd),
    relay: (master) => checkedAsync(() => relay(native, master)),
    onSignals(forward) {
      native.onSignals(SIGNALS, forward);
      return { release: () => native.offSignals(SIGNALS) };
    },
  };
}

async function relay(native: Native, master: number): Promise<void> {
  native.onSignals([SIGWINCH], () => native.copyTerminalSize(0, master));
  try {
    await native.relay(0, 1, master);
  } finally {
    native.offSignals([SIGWINCH]);
  }
}

function selfOf(native: Native, ids: Ids): HostSelf {
  const words = once(() => native.arguments());
  const args = once(() => words().slice(1));
  const name = once(() => baseName(words()[0] ?? 'runts'));
  const directory = once(() => checked(() => native.directory()));
  const said = (fd: number, text: string): void => checked(() => native.say(fd, text));
  return {
    get args() {
      return args();
    },
    get name() {
      return name();
    },
    get cwd() {
      return directory();
    },
    get uid() {
      return ids()[3];
    },
    get gid() {
      return ids()[4];
    },
    get isSetId() {
      const [, uid, gid, euid, egid] = ids();
      return uid !== euid || gid !== egid;
    },
    get pid() {
      return ids()[0];
    },
    variable: (name) => native.variable(name),
    capabilities: () => capabilityNames(checked(() => native.capabilities())),
    isOpen: (fd) => native.isInherited(fd),
    now: () => native.now(),
    sleep: (milliseconds) => native.sleep(milliseconds),
    out: (text) => said(1, text),
    err: (text) => complain(native, text),
    seccomp: coreSeccomp(() => native),
  };
}

/** Of numbers in their order; that all are held is the usual case, and told at once. */
function capabilityNames(numbers: readonly number[]): readonly CapabilityName[] {
  const { length } = CAPABILITY_NAMES;
  if (numbers.length === length && numbers[length - 1] === length - 1) return CAPABILITY_NAMES;
  return numbers.flatMap((number) => CAPABILITY_NAMES[number] ?? []);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Callers with a log may have left no standard error that can be written, as containerd does: nobody is lost there. */
function complain(native: Native, text: string): void {
  try {
    native.say(2, text);
  } catch {
    // There is no other place to say so.
  }
}
