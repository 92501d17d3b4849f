import { isCrun } from '../host/name.ts';
import { crunUsage } from './crun-name.ts';
import type { Flag } from './flags.ts';
import { COMMANDS, flagsOf, GLOBAL_FLAGS } from './table.ts';
import type { Group, Verb } from './verb.ts';

/** Of a verb or a group, or of all. */
export function helpOf(name: string, of: Verb | Group | undefined): string {
  if (of === undefined) return globalHelp(name);
  return 'verbs' in of ? groupHelp(name, of) : verbHelp(name, of);
}

/** In the sections of runc's help, which scripts look for. */
function globalHelp(name: string): string {
  return [
    section('NAME', [`${name} - Open Container Initiative runtime`]),
    section('USAGE', [`${name} [global options] <command> [options] [arguments]`]),
    section('COMMANDS', columns([...COMMANDS.map(row), ['help', 'print the help of a command']])),
    section('GLOBAL OPTIONS', columns(GLOBAL_FLAGS.filter(isShown).map(flagRow))),
  ].join('\n');
}

function groupHelp(name: string, group: Group): string {
  return [
    section('NAME', [`${name} ${group.name} - ${group.about}`]),
    section('USAGE', [`${name} ${group.name} <command> [options] [arguments]`]),
    ...(group.details === undefined ? [] : [section('DESCRIPTION', group.details)]),
    section('COMMANDS', columns(group.verbs.map(row))),
  ].join('\n');
}

function verbHelp(name: string, verb: Verb): string {
  const usage = `${name} ${verb.name} [options] ${verb.usage}`.trimEnd();
  return [
    section('NAME', [`${name} ${verb.name} - ${verb.about}`]),
    section('USAGE', [usage, ...(isCrun(name) ? [crunUsage(verb)] : [])]),
    ...(verb.details === undefined ? [] : [section('DESCRIPTION', verb.details)]),
    section('OPTIONS', columns(flagsOf(verb).filter(isShown).map(flagRow))),
  ].join('\n');
}

function row({ name, about }: Verb | Group): [string, string] {
  return [name, about];
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
