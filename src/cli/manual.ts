import type { Flag } from './flags.ts';
import { COMMANDS, flagsOf, GLOBAL_FLAGS, GROUPS, VERBS } from './table.ts';
import type { Group, Verb } from './verb.ts';

/** Man pages and the reference of commands, made from the command table. */

const NAME = 'runts';
const SUMMARY = 'a container runtime of the Open Container Initiative';

export interface Page {
  /** Such as `runts-create.8`. */
  readonly file: string;
  /** roff, man(7). */
  readonly text: string;
}

/** `runts(8)`, and one page a command or group of them. */
export function manPages(version: string): Page[] {
  return [
    { file: `${NAME}.8`, text: mainPage(version) },
    ...GROUPS.map((group) => groupPage(group, version)),
    ...VERBS.map((verb) => verbPage(verb, version)),
  ];
}

function mainPage(version: string): string {
  return [
    title(NAME, version),
    section('NAME', `${NAME} \\- ${roff(SUMMARY)}`),
    section('SYNOPSIS', `${bold(NAME)} [global options] ${bold('command')} [options] [arguments]`),
    section('COMMANDS', COMMANDS.map(commandItem).join('')),
    section('GLOBAL OPTIONS', shown(GLOBAL_FLAGS).map(flagItem).join('')),
    section('SEE ALSO', COMMANDS.map(reference).join(', ')),
  ].join('');
}

function groupPage(group: Group, version: string): Page {
  const name = pageName(group);
  const text = [
    title(name, version),
    section('NAME', `${roff(name)} \\- ${roff(group.about)}`),
    section('SYNOPSIS', `${bold(`${NAME} ${group.name}`)} ${bold('command')} [options] [arguments]`),
    description(group),
    section('COMMANDS', group.verbs.map(commandItem).join('')),
    section('SEE ALSO', `${bold(NAME)}(8), ${group.verbs.map(reference).join(', ')}`),
  ].join('');
  return { file: `${name}.8`, text };
}

function verbPage(verb: Verb, version: string): Page {
  const name = pageName(verb);
  const synopsis = `${bold(`${NAME} ${verb.name}`)} [options] ${roff(verb.usage)}`.trimEnd();
  const text = [
    title(name, version),
    section('NAME', `${roff(name)} \\- ${roff(verb.about)}`),
    section('SYNOPSIS', synopsis),
    description(verb),
    section('OPTIONS', shown(flagsOf(verb)).map(flagItem).join('')),
    section('EXIT STATUS', roff(exitStatus(verb))),
    section('SEE ALSO', `${bold(NAME)}(8)`),
  ].join('');
  return { file: `${name}.8`, text };
}

/** Such as `runts-image-load`. */
function pageName({ name }: Verb | Group): string {
  return `${NAME}-${name.replaceAll(' ', '-')}`;
}

function reference(of: Verb | Group): string {
  return `${bold(pageName(of))}(8)`;
}

function commandItem(of: Verb | Group): string {
  return item(reference(of), of.about);
}

function description({ details = [] }: Verb | Group): string {
  return details.length === 0 ? '' : section('DESCRIPTION', details.map(roff).join('\n.PP\n'));
}

function exitStatus({ name, failureCode = 1 }: Verb): string {
  if (name === 'run' || name === 'exec')
    return `That of the process, or 128 and the number of the signal that ended it; 0 with --detach; ${failureCode} where it could not be started.`;
  return `0, or ${failureCode} where it failed.`;
}

function title(name: string, version: string): string {
  return `.\\" Made from src/cli/table.ts\n.TH ${name.toUpperCase()} 8 "" "${NAME} ${version}"\n`;
}

function section(name: string, text: string): string {
  return `.SH ${name}\n${text.trimEnd()}\n`;
}

function item(term: string, text: string): string {
  return `.TP\n${term}\n${roff(text)}\n`;
}

function flagItem({ name, short, value, about }: Flag): string {
  const names = (short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`]).map(bold).join(', ');
  return item(value === undefined ? names : `${names} \\fI${roff(value)}\\fR`, about);
}

function bold(text: string): string {
  return `\\fB${roff(text)}\\fR`;
}

/** A line may not begin with a request, and a hyphen is one to copy. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1');
}

const shown = (flags: readonly Flag[]): readonly Flag[] => flags.filter(({ hidden }) => hidden !== true);

/** All commands with their flags, in Markdown. */
export function commandsDocument(): string {
  const chapters = COMMANDS.flatMap((row) =>
    'verbs' in row ? [groupChapter(row), ...row.verbs.map(verbChapter)] : verbChapter(row),
  );
  return `# Commands

Made from the command table (\`src/cli/table.ts\`) by \`scripts/generate-commands.mjs\`, as are \`${NAME} help\`, the man pages in
\`dist/man\` and the completions of \`${NAME} completion bash|zsh|fish\`.

    ${NAME} [global options] <command> [options] [arguments]

${optionTable(GLOBAL_FLAGS)}
One dash is as good as two; \`--flag=value\` and \`--flag value\` are the same; \`--\` ends the flags.

${chapters.join('\n')}`;
}

function groupChapter(group: Group): string {
  return `${heading(group)}    ${NAME} ${group.name} <command> [options] [arguments]\n\n${paragraphs(group)}`;
}

function verbChapter(verb: Verb): string {
  const usage = `    ${NAME} ${verb.name} [options] ${verb.usage}`.trimEnd();
  return `${heading(verb)}${usage}\n\n${paragraphs(verb)}${optionTable(verb.flags)}`;
}

function heading({ name, about }: Verb | Group): string {
  return `## ${NAME} ${name}\n\n${sentence(about)}\n\n`;
}

function paragraphs({ details = [] }: Verb | Group): string {
  return details.map((text) => `${text}\n\n`).join('');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function optionTable(flags: readonly Flag[]): string {
  if (shown(flags).length === 0) return '';
  const rows = shown(flags).map(({ name, short, value, about }) => {
    const names = [`--${name}`, ...(short === undefined ? [] : [`-${short}`])].join(', ');
    const text = value === undefined ? names : `${names} ${value}`;
    return `| \`${text.replaceAll('|', '\\|')}\` | ${about.replaceAll('|', '\\|')} |\n`;
  });
  return `| option | meaning |\n| --- | --- |\n${rows.join('')}`;
}
