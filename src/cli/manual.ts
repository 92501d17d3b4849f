import type { Flag } from './flags.ts';
import { flagsOf, GLOBAL_FLAGS, VERBS } from './table.ts';
import type { Verb } from './verb.ts';

/** Man pages and the reference of commands, made from the command table. */

const NAME = 'runts';
const SUMMARY = 'a container runtime of the Open Container Initiative';

export interface Page {
  /** Such as `runts-create.8`. */
  readonly file: string;
  /** roff, man(7). */
  readonly text: string;
}

/** `runts(8)` and one page a command. */
export function manPages(version: string): Page[] {
  return [{ file: `${NAME}.8`, text: mainPage(version) }, ...VERBS.map((verb) => verbPage(verb, version))];
}

function mainPage(version: string): string {
  const commands = VERBS.map(({ name, about }) => item(bold(`${NAME}-${name}`) + '(8)', about));
  return [
    title(NAME, version),
    section('NAME', `${NAME} \\- ${roff(SUMMARY)}`),
    section('SYNOPSIS', `${bold(NAME)} [global options] ${bold('command')} [options] [arguments]`),
    section('COMMANDS', commands.join('')),
    section('GLOBAL OPTIONS', shown(GLOBAL_FLAGS).map(flagItem).join('')),
    section('SEE ALSO', VERBS.map(({ name }) => `${bold(`${NAME}-${name}`)}(8)`).join(', ')),
  ].join('');
}

function verbPage(verb: Verb, version: string): Page {
  const name = `${NAME}-${verb.name}`;
  const synopsis = `${bold(`${NAME} ${verb.name}`)} [options] ${roff(verb.usage)}`.trimEnd();
  const details = (verb.details ?? []).map(roff).join('\n.PP\n');
  const text = [
    title(name, version),
    section('NAME', `${roff(name)} \\- ${roff(verb.about)}`),
    section('SYNOPSIS', synopsis),
    details === '' ? '' : section('DESCRIPTION', details),
    section('OPTIONS', shown(flagsOf(verb)).map(flagItem).join('')),
    section('EXIT STATUS', roff(exitStatus(verb))),
    section('SEE ALSO', `${bold(NAME)}(8)`),
  ].join('');
  return { file: `${name}.8`, text };
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
  const verbs = VERBS.map(
    (verb) =>
      `## ${NAME} ${verb.name}\n\n${sentence(verb.about)}\n\n    ${NAME} ${verb.name} [options] ${verb.usage}`.trimEnd() +
      `\n\n${paragraphs(verb)}${optionTable(verb.flags)}`,
  );
  return `# Commands

Made from the command table (\`src/cli/table.ts\`) by \`scripts/generate-commands.mjs\`, as are \`${NAME} help\`, the man pages in
\`dist/man\` and the completions of \`${NAME} completion bash|zsh|fish\`.

    ${NAME} [global options] <command> [options] [arguments]

${optionTable(GLOBAL_FLAGS)}
One dash is as good as two; \`--flag=value\` and \`--flag value\` are the same; \`--\` ends the flags.

${verbs.join('\n')}`;
}

function paragraphs({ details = [] }: Verb): string {
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
