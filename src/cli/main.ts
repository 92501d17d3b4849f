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
import { commandNamed, flagTableOf, GLOBAL_TABLE, GROUP_TABLE } from './table.ts';
import { load, loaded } from './verb.ts';
import type { Count, Group, NodeVerbs, Variant, Verb, VerbFunction } from './verb.ts';

/** Exit status of a command that does not exist, as of runc. */
const NO_SUCH_COMMAND = 3;

/** Runs one command line and gives its exit status; never throws. */
export async function main(host: Host, nodeVerbs: NodeVerbs = noNode): Promise<number> {
  let log: Log | undefined;
  try {
    refuseSetId(host);
    const globals = understood(undefined, () => parseFlags(GLOBAL_TABLE, host.self.args, true));
    log = openLog(host, logOptionsOf(host, globals.flags));
    rootlessOf(globals.flags);
    return await dispatch({ host, nodeVerbs, globals: globals.flags, log }, globals.args);
  } catch (error) {
    log ??= openLog(host, { format: 'text', level: 'warning', name: host.self.name });
    log.error(error instanceof IncorrectUsage ? await explain(host, error) : error);
    return 1;
  }
}

const noNode: NodeVerbs = (name) => {
  throw new RuntsError('UNSUPPORTED', `${name}: only the entry on Node has it`);
};

/** What every command has. */
interface Command {
  readonly host: Host;
  readonly nodeVerbs: NodeVerbs;
  readonly globals: FlagValues;
  readonly log: Log;
}

function dispatch(command: Command, words: readonly string[]): number | Promise<number> {
  const { host, globals } = command;
  const [name, ...rest] = words;
  if (isOn(globals, 'version')) return printVersion(host);
  if (name === undefined || isOn(globals, 'help')) return printHelp(host, undefined);
  return name === 'help' ? helpFor(command, rest) : find(command, name, rest);
}

/** Runs the verb of a name, or the one that further words name in a group. */
function find(command: Command, name: string, words: readonly string[]): number | Promise<number> {
  const found = commandNamed(name);
  if (found === undefined) return noSuchCommand(command, name);
  if ('verbs' in found) return findInGroup(command, found, words);
  const parsed = understood(found, () => parseVerb(found, words));
  return isOn(parsed.flags, 'help') ? printHelp(command.host, found) : runVerb(command, found, parsed);
}

function findInGroup(command: Command, group: Group, words: readonly string[]): number | Promise<number> {
  const { flags, args } = understood(group, () => parseFlags(GROUP_TABLE, words, true));
  const [next, ...rest] = args;
  if (next === undefined || isOn(flags, 'help')) return printHelp(command.host, group);
  return find(command, `${group.name} ${next}`, rest);
}

function helpFor(command: Command, [name, next]: readonly string[]): number | Promise<number> {
  if (name === undefined) return printHelp(command.host, undefined);
  const found = commandNamed(name);
  const whole = found !== undefined && 'verbs' in found && next !== undefined ? `${name} ${next}` : name;
  const wanted = commandNamed(whole);
  return wanted === undefined ? noSuchCommand(command, whole) : printHelp(command.host, wanted);
}

function noSuchCommand({ log }: Command, name: string): number {
  log.error(new RuntsError('INVALID_ARGUMENT', `No help topic for '${name}'`));
  return NO_SUCH_COMMAND;
}

function parseVerb(verb: Verb, words: readonly string[]): Parsed {
  const parsed = verb.loose === true ? parseLoosely(verb, words) : parseStrictly(verb, words);
  const count = isVaried(verb, parsed.flags) ? verb.variant.arguments : verb.arguments;
  if (!isOn(parsed.flags, 'help')) checkCount(verb.name, count, parsed.args.length);
  return parsed;
}

function parseStrictly(verb: Verb, words: readonly string[]): Parsed {
  const table = flagTableOf(verb);
  if (verb.stopAtFirst === true) return parseFlags(table, words, true);
  return verb.variant === undefined
    ? parseFlags(table, words, false)
    : parseVaried(verb, verb.variant, words);
}

function parseVaried(verb: Verb, { flag }: Variant, words: readonly string[]): Parsed {
  const first = parseFlags(flagTableOf(verb), words, true);
  if (first.flags.has(flag)) return first;
  const parsed = parseFlags(flagTableOf(verb), words, false);
  if (!parsed.flags.has(flag)) return parsed;
  throw new RuntsError('INVALID_ARGUMENT', `--${flag} must come before the first argument`);
}

function isVaried(verb: Verb, flags: FlagValues): verb is Verb & { readonly variant: Variant } {
  return verb.variant !== undefined && flags.has(verb.variant.flag);
}

function parseLoosely(verb: Verb, words: readonly string[]): Parsed {
  const help = words.filter((word) => /^--?h(elp)?$/.test(word));
  return { ...parseFlags(flagTableOf(verb), help, false), args: words };
}

async function runVerb(
  { host, globals, log, nodeVerbs }: Command,
  verb: Verb,
  parsed: Parsed,
): Promise<number> {
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
    const perform = await codeOf(verb, parsed.flags, nodeVerbs);
    return await print(host, await perform({ context, ...parsed, rootIsSet: root.isSet }));
  } catch (error) {
    log.error(isRunc(host.self.name) ? asOfRunc(verb.name, asRuntsError(error)) : error);
    return verb.failureCode ?? 1;
  }
}

function codeOf(verb: Verb, flags: FlagValues, nodeVerbs: NodeVerbs): VerbFunction | Promise<VerbFunction> {
  if (isVaried(verb, flags)) return nodeVerbs(`${verb.name} --${verb.variant.flag}`);
  return loaded(verb) ?? loadElse(verb, nodeVerbs);
}

async function loadElse(verb: Verb, nodeVerbs: NodeVerbs): Promise<VerbFunction> {
  return (await load(verb)) ?? nodeVerbs(verb.name);
}

function checkCount(name: string, { min, max }: Count, count: number): void {
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
  readonly of: Verb | Group | undefined;

  constructor(of: Verb | Group | undefined, cause: unknown) {
    super('Incorrect Usage.', { cause });
    this.of = of;
  }
}

function understood<T>(of: Verb | Group | undefined, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw new IncorrectUsage(of, error);
  }
}

/** The help goes to standard output before the error is reported. */
async function explain(host: Host, { message, of, cause }: IncorrectUsage): Promise<unknown> {
  host.self.out(`${message}\n\n`);
  await printHelp(host, of);
  return cause;
}

async function printHelp(host: Host, of: Verb | Group | undefined): Promise<number> {
  const { helpOf } = await import('./help.ts');
  host.self.out(helpOf(host.self.name, of));
  return 0;
}

async function printVersion(host: Host): Promise<number> {
  const { versionText } = await import('./version.ts');
  host.self.out(versionText(host));
  return 0;
}
