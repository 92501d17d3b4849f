import type { Flag } from './flags.ts';
import { flagsOf, GLOBAL_FLAGS, VERBS } from './table.ts';
import type { Verb } from './verb.ts';

export function globalHelp(name: string): string {
  const verbs = VERBS.map((verb): [string, string] => [verb.name, verb.about]);
  return [
    `${name}: a container runtime of the Open Container Initiative\n`,
    section('usage', [`${name} [global options] <command> [options] [arguments]`]),
    section('commands', columns([...verbs, ['help', 'print the help of a command']])),
    section('global options', columns(GLOBAL_FLAGS.filter(isShown).map(flagRow))),
  ].join('\n');
}

export function verbHelp(name: string, verb: Verb): string {
  const usage = `${name} ${verb.name} [options] ${verb.usage}`.trimEnd();
  return [
    `${name} ${verb.name}: ${verb.about}\n`,
    section('usage', [usage]),
    ...(verb.details ?? []).map((paragraph) => `${paragraph}\n`),
    section('options', columns(flagsOf(verb).filter(isShown).map(flagRow))),
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
  return `${title}:\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${left.padEnd(width)}  ${right}`);
}
