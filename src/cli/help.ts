import { isCrun } from '../host/name.ts';
import { crunUsage } from './crun-name.ts';
import type { Flag } from './flags.ts';
import { flagsOf, GLOBAL_FLAGS, VERBS } from './table.ts';
import type { Verb } from './verb.ts';

/** In the sections of runc's help, which scripts look for. */
export function globalHelp(name: string): string {
  const verbs = VERBS.map((verb): [string, string] => [verb.name, verb.about]);
  return [
    section('NAME', [`${name} - Open Container Initiative runtime`]),
    section('USAGE', [`${name} [global options] <command> [options] [arguments]`]),
    section('COMMANDS', columns([...verbs, ['help', 'print the help of a command']])),
    section('GLOBAL OPTIONS', columns(GLOBAL_FLAGS.filter(isShown).map(flagRow))),
  ].join('\n');
}

export function verbHelp(name: string, verb: Verb): string {
  const usage = `${name} ${verb.name} [options] ${verb.usage}`.trimEnd();
  return [
    section('NAME', [`${name} ${verb.name} - ${verb.about}`]),
    section('USAGE', [usage, ...(isCrun(name) ? [crunUsage(verb)] : [])]),
    ...(verb.details === undefined ? [] : [section('DESCRIPTION', verb.details)]),
    section('OPTIONS', columns(flagsOf(verb).filter(isShown).map(flagRow))),
  ].join('\n');
}

function isShown(flag: Flag): boolean {
  return flag.hidden !== true;
}

function flagRow({ name, short, value, about }: Flag): [string, string] {
  const names = short === undefined ? `--${name}` : `--${name}, -${short}`;
  return [value === undefined ? names : `${names} ${value}`, about];
}

function section(title: string, lines: readonly string[]): string {
  return `${title}:\n${lines.map((line) => `   ${line}\n`).join('')}`;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`);
}
