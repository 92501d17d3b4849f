import type { Flag } from '../flags.ts';
import { COMMANDS, flagsOf, GLOBAL_FLAGS, GROUPS } from '../table.ts';
import type { Group, Verb } from '../verb.ts';
import { argumentKind, CHOICES, flagWords, lastWord, quote, shown, takesValue, valueKind } from './words.ts';

const HELP = { name: 'help', about: 'print the help of a command' };

/** A function of the command, and one a group. */
export function zsh(name: string): string {
  return `#compdef ${name}
# zsh completion for ${name}: ${name} completion zsh > a directory of $fpath/_${name}
_${name}_containers() {
  local -a ids
  ids=(\${(f)"$(${name} list -q 2>/dev/null)"})
  compadd -a ids
}

_${name}_images() {
  local -a names
  names=(\${(f)"$(${name} image list -q 2>/dev/null)"})
  compadd -a names
}
${GROUPS.map((group) => chooser(name, `_${name}_${group.name}`, { flags: [], rows: group.verbs })).join('')}${chooser(name, `_${name}`, { flags: GLOBAL_FLAGS, rows: [...COMMANDS, HELP] })}
_${name} "$@"
`;
}

interface Level {
  readonly flags: readonly Flag[];
  readonly rows: readonly (Verb | Group | typeof HELP)[];
}

/** A function that completes flags, then one of some commands, then what that takes. */
function chooser(name: string, functionName: string, { flags, rows }: Level): string {
  const words = rows.map((row) => `        ${quote(`${lastWord(row)}:${row.about}`)}\n`).join('');
  return `
${functionName}() {
  local curcontext=$curcontext state line
  _arguments -C \\
${shown(flags)
  .map((flag) => flagLine(name, flag))
  .join('')}    '1: :->verb' '*:: :->arguments'
  case $state in
    verb)
      local -a verbs
      verbs=(
${words}      )
      _describe command verbs ;;
    arguments)
      case $line[1] in
${rows.map((row) => rowCase(name, row)).join('')}      esac ;;
  esac
}
`;
}

function rowCase(name: string, row: Verb | Group | typeof HELP): string {
  if ('verbs' in row) return `        ${row.name}) _${name}_${row.name} ;;\n`;
  return 'flags' in row ? verbCase(name, row) : '';
}

function verbCase(name: string, verb: Verb): string {
  const kind = argumentKind(verb);
  const choices = CHOICES[verb.name]?.join(' ');
  const first = choices === undefined ? '_files' : `(${choices})`;
  const argument = kind === undefined ? first : `_${name}_${kind}s`;
  const rest = kind === 'image' && verb.usage.includes('...') ? argument : '_files';
  const flags = shown(flagsOf(verb))
    .map((flag) => flagLine(name, flag))
    .join('');
  return `        ${lastWord(verb)}) _arguments \\\n${flags}          '1: :${argument}' '*: :${rest}' ;;\n`;
}

function flagLine(command: string, flag: Flag): string {
  const { name, about, value = 'VALUE', choices } = flag;
  const kind = { file: '_files', directory: '_directories', image: `_${command}_images`, other: ' ' }[
    valueKind(flag)
  ];
  const action = choices === undefined ? kind : `(${choices.join(' ')})`;
  const text = `[${about.replace(/[[\]:]/g, '\\$&')}]${takesValue(flag) ? `:${value.replaceAll(':', '\\:')}:${action}` : ''}`;
  const words = flagWords(flag);
  if (words.length === 1) return `    ${quote(`--${name}${text}`)} \\\n`;
  return `    '(${words.toReversed().join(' ')})'{${words.toReversed().join(',')}}${quote(text)} \\\n`;
}
