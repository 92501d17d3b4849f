import type { Context } from '../container/context.ts';
import { absolutePath } from '../container/paths.ts';
import { RuntsError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { isRunc } from '../host/name.ts';
import { isOn, parseFlags, wordOf } from './flags.ts';
import type { FlagValues, Parsed } from './flags.ts';
import { cgroupManagerOf, logOptionsOf, refuseSetId, rootlessOf, rootOf } from './globals.ts';
import { asRuntsError, openLog } from './log.ts';
import type { Log } from './log.ts';
import { print } from './output.ts';
import { asOfRunc } from './runc-name.ts';
import { flagTableOf, GLOBAL_TABLE, verbNamed } from './table.ts';
import { load, loaded } from './verb.ts';
import type { Verb } from './verb.ts';

/** Exit status of a command that does not exist, as of runc. */
const NO_SUCH_COMMAND = 3;

/** Runs one command line and gives its exit status; never throws. */
export async function main(host: Host): Promise<number> {
  let log: Log | undefined;
  try {
    refuseSetId(host);
    const globals = understood(undefined, () => parseFlags(GLOBAL_TABLE, host.self.args, true));
    log = openLog(host, logOptionsOf(host, globals.flags));
    rootlessOf(globals.flags);
    return await dispatch(host, globals, log);
  } catch (error) {
    log ??= openLog(host, { format: 'text', level: 'warning', name: host.self.name });
    log.error(error instanceof IncorrectUsage ? await explain(host, error) : error);
    return 1;
  }
}

function dispatch(host: Host, { flags, args }: Parsed, log: Log): number | Promise<number> {
  const [name, ...words] = args;
  if (isOn(flags, 'version')) return printVersion(host);
  if (name === undefined || isOn(flags, 'help')) return printHelp(host, undefined);
  const wanted = name === 'help' ? words[0] : name;
  const verb = wanted === undefined ? undefined : verbNamed(wanted);
  if (verb === undefined && wanted !== undefined) {
    log.error(new RuntsError('INVALID_ARGUMENT', `No help topic for '${wanted}'`));
    return NO_SUCH_COMMAND;
  }
  if (verb === undefined || name === 'help') return printHelp(host, verb);
  const parsed = understood(verb, () => parseVerb(verb, words));
  if (isOn(parsed.flags, 'help')) return printHelp(host, verb);
  return runVerb(host, verb, { globals: flags, parsed, log });
}

function parseVerb(verb: Verb, words: readonly string[]): Parsed {
  const parsed = verb.loose === true ? parseLoosely(verb, words) : parseStrictly(verb, words);
  if (!isOn(parsed.flags, 'help')) checkCount(verb, parsed.args.length);
  return parsed;
}

function parseStrictly(verb: Verb, words: readonly string[]): Parsed {
  return parseFlags(flagTableOf(verb), words, verb.stopAtFirst === true);
}

function parseLoosely(verb: Verb, words: readonly string[]): Parsed {
  const help = words.filter((word) => /^--?h(elp)?$/.test(word));
  return { ...parseFlags(flagTableOf(verb), help, false), args: words };
}

interface Command {
  readonly globals: FlagValues;
  readonly parsed: Parsed;
  readonly log: Log;
}

async function runVerb(host: Host, verb: Verb, { globals, parsed, log }: Command): Promise<number> {
  try {
    const root = rootOf(host, globals);
    const trace = wordOf(parsed.flags, 'trace');
    const rootless = rootlessOf(globals);
    const context: Context = {
      host,
      root: root.path,
      cgroupManager: cgroupManagerOf(globals),
      warn: (message) => log.warn(message),
      ...(rootless !== undefined && { rootless }),
      ...(log.debug !== undefined && { debug: log.debug }),
      ...(trace !== undefined && { trace: absolutePath(host.self.cwd, trace) }),
    };
    const perform = loaded(verb) ?? (await load(verb));
    return await print(host, await perform({ context, ...parsed, rootIsSet: root.isSet }));
  } catch (error) {
    log.error(isRunc(host.self.name) ? asOfRunc(verb.name, asRuntsError(error)) : error);
    return verb.failureCode ?? 1;
  }
}

function checkCount({ name, arguments: { min, max } }: Verb, count: number): void {
  if (count >= min && count <= max) return;
  const quoted = JSON.stringify(name);
  if (min === max) throw wrongCount(`${quoted} requires exactly ${min} argument(s)`);
  if (count < min) throw wrongCount(`${quoted} requires a minimum of ${min} argument(s)`);
  throw wrongCount(`${quoted} requires a maximum of ${max} argument(s)`);
}

function wrongCount(message: string): RuntsError {
  return new RuntsError('INVALID_ARGUMENT', message);
}

/** A command line that is not understood; `cause` says why. */
class IncorrectUsage extends Error {
  /** The one whose flags or arguments are wrong; undefined for the global flags. */
  readonly verb: Verb | undefined;

  constructor(verb: Verb | undefined, cause: unknown) {
    super('Incorrect Usage.', { cause });
    this.verb = verb;
  }
}

function understood<T>(verb: Verb | undefined, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw new IncorrectUsage(verb, error);
  }
}

/** The help goes to standard output before the error is reported. */
async function explain(host: Host, { message, verb, cause }: IncorrectUsage): Promise<unknown> {
  host.self.out(`${message}\n\n`);
  await printHelp(host, verb);
  return cause;
}

async function printHelp(host: Host, verb: Verb | undefined): Promise<number> {
  const { globalHelp, verbHelp } = await import('./help.ts');
  host.self.out(verb === undefined ? globalHelp(host.self.name) : verbHelp(host.self.name, verb));
  return 0;
}

async function printVersion(host: Host): Promise<number> {
  const { versionText } = await import('./version.ts');
  host.self.out(versionText(host));
  return 0;
}
