import type { Flag } from '../flags.ts';
import { COMMANDS, flagsOf, GLOBAL_FLAGS, GROUPS } from '../table.ts';
import type { Group, Verb } from '../verb.ts';
import { argumentKind, CHOICES, lastWord, quote, shown, takesValue, valueKind } from './words.ts';

/** Lines of complete(1), each with the condition under which it counts. */
export function fish(name: string): string {
  const none = '__fish_use_subcommand';
  return `# fish completion for ${name}: ${name} completion fish | source
${shown(GLOBAL_FLAGS)
  .map((flag) => flagLine(name, none, flag))
  .join(
    '',
  )}${COMMANDS.map((row) => chooseLine(name, none, row)).join('')}${COMMANDS.map((row) => rowLines(name, row)).join('')}`;
}

function chooseLine(name: string, condition: string, row: Verb | Group): string {
  return `complete -c ${name} -n ${condition} -f -a ${lastWord(row)} -d ${quote(row.about)}\n`;
}

function rowLines(name: string, row: Verb | Group): string {
  return 'verbs' in row ? groupLines(name, row) : verbLines(name, outsideOfGroups(row), row);
}

function groupLines(name: string, group: Group): string {
  const inside = seen(group.name);
  const chosen = seen(group.verbs.map(lastWord).join(' '));
  const choices = group.verbs.map((verb) => chooseLine(name, quote(`${inside}; and not ${chosen}`), verb));
  const verbs = group.verbs.map((verb) => verbLines(name, `${inside}; and ${seen(lastWord(verb))}`, verb));
  return [...choices, ...verbs].join('');
}

/** A verb of a group may have the name of one outside. */
function outsideOfGroups(verb: Verb): string {
  const groups = GROUPS.filter(({ verbs }) => verbs.some((other) => lastWord(other) === verb.name));
  return [seen(verb.name), ...groups.map(({ name }) => `not ${seen(name)}`)].join('; and ');
}

function seen(words: string): string {
  return `__fish_seen_subcommand_from ${words}`;
}

const LISTS = { container: 'list -q', image: 'image list -q' } as const;

function listing(name: string, kind: keyof typeof LISTS): string {
  return `(${name} ${LISTS[kind]} 2>/dev/null)`;
}

function verbLines(name: string, condition: string, verb: Verb): string {
  const kind = argumentKind(verb);
  const words = kind === undefined ? CHOICES[verb.name]?.join(' ') : listing(name, kind);
  const first =
    words === undefined ? '' : `complete -c ${name} -n ${quote(condition)} -f -a ${quote(words)}\n`;
  const flags = shown(flagsOf(verb)).map((flag) => flagLine(name, quote(condition), flag));
  return first + flags.join('');
}

function flagLine(command: string, condition: string, flag: Flag): string {
  const short = flag.short === undefined ? '' : ` -s ${flag.short}`;
  const value = takesValue(flag) ? valueOptions(command, flag) : '';
  return `complete -c ${command} -n ${condition} -l ${flag.name}${short}${value} -d ${quote(flag.about)}\n`;
}

function valueOptions(command: string, flag: Flag): string {
  const kind = valueKind(flag);
  const words = kind === 'image' ? listing(command, kind) : flag.choices?.join(' ');
  const files = kind === 'file' || kind === 'directory' ? ' -r' : ' -x';
  return words === undefined ? files : `${files} -a ${quote(words)}`;
}
