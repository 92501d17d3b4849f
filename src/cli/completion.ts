import { RuntsError } from '../errors.ts';
import type { Flag } from './flags.ts';
import { flagsOf, GLOBAL_FLAGS, VERBS } from './table.ts';
import type { Verb } from './verb.ts';

/** Shells that {@link completion} knows. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

/** The completion of a shell for the command `name`, made from the command table. */
export function completion(shell: string, name: string): string {
  const known = SHELLS.find((candidate) => candidate === shell);
  if (known !== undefined) return WRITERS[known](identifier(name));
  throw new RuntsError('INVALID_ARGUMENT', `there is no completion for the shell ${JSON.stringify(shell)}`, {
    hint: `it is one of ${SHELLS.join(', ')}`,
  });
}

/** It becomes the name of a function, and the command may have been called by any name. */
function identifier(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '_');
}

const WRITERS: Readonly<Record<Shell, (name: string) => string>> = { bash, zsh, fish };

/** What a value is, where its completion is more than any text. */
function valueKind({ value = '' }: Flag): 'file' | 'directory' | 'other' {
  if (value === 'FILE' || value === 'SOCKET') return 'file';
  return value === 'DIR' ? 'directory' : 'other';
}

const shown = (flags: readonly Flag[]): readonly Flag[] => flags.filter(({ hidden }) => hidden !== true);

const takesValue = ({ kind }: Flag): boolean => kind !== 'bool';

function words({ name, short }: Flag): string[] {
  return short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`];
}

/** Verbs whose first argument is a container that is there already. */
function takesContainer({ name, usage }: Verb): boolean {
  return usage.startsWith('<container-id>') && name !== 'create' && name !== 'run';
}

const CHOICES: Readonly<Record<string, readonly string[]>> = { completion: SHELLS, help: verbNames() };

function verbNames(): string[] {
  return VERBS.map(({ name }) => name);
}

function bash(name: string): string {
  const valued = shown(GLOBAL_FLAGS).filter(takesValue).flatMap(words);
  return `# bash completion for ${name}: source <(${name} completion bash)
_${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} verb= root= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      --root) root=\${COMP_WORDS[++i]} ;;
      ${valued.filter((word) => word !== '--root').join('|')}) ((++i)) ;;
      -*) ;;
      *) verb=\${COMP_WORDS[i]}; break ;;
    esac
  done
  case $verb:$prev in
${valueCases()}  esac
  local choices=
  case $verb in
    '') choices="${[...verbNames(), 'help', ...shown(GLOBAL_FLAGS).flatMap(words)].join(' ')}" ;;
${VERBS.map(bashVerb).join('')}    help) choices="${verbNames().join(' ')}" ;;
  esac
  COMPREPLY=($(compgen -W "$choices" -- "$cur"))
}
complete -F _${name} ${name}
`.replaceAll('@NAME@', name);
}

/** One case for all flags, global and of each verb, whose values are completed alike. */
function valueCases(): string {
  const rows = [{ name: '', flags: GLOBAL_FLAGS }, ...VERBS];
  const cases = new Map<string, string[]>();
  for (const { name, flags } of rows) {
    for (const flag of shown(flags).filter(takesValue)) {
      const patterns = words(flag).map((word) => `${name}:${word}`);
      const how = bashValue(flag);
      cases.set(how, [...(cases.get(how) ?? []), ...patterns]);
    }
  }
  return [...cases].map(([how, patterns]) => `    ${patterns.join('|')}) ${how}return ;;\n`).join('');
}

function bashValue(flag: Flag): string {
  const kind = valueKind(flag);
  if (flag.choices === undefined && kind === 'other') return '';
  const how =
    flag.choices === undefined
      ? { file: '-f', directory: '-d', other: '' }[kind]
      : `-W "${flag.choices.join(' ')}"`;
  return `COMPREPLY=($(compgen ${how} -- "$cur")); `;
}

function bashVerb(verb: Verb): string {
  const flags = shown(flagsOf(verb)).flatMap(words);
  const choices = [...(CHOICES[verb.name] ?? []), ...flags].join(' ');
  const containers = '$(@NAME@ ${root:+--root "$root"} list -q 2>/dev/null)';
  return `    ${verb.name}) choices="${takesContainer(verb) ? `${containers} ` : ''}${choices}" ;;\n`;
}

function zsh(name: string): string {
  return `#compdef ${name}
# zsh completion for ${name}: ${name} completion zsh > a directory of $fpath/_${name}
_${name}_containers() {
  local -a ids
  ids=(\${(f)"$(${name} list -q 2>/dev/null)"})
  _describe container ids
}

_${name}() {
  local curcontext=$curcontext state line
  _arguments -C \\
${shown(GLOBAL_FLAGS).map(zshFlag).join('')}    '1: :->verb' '*:: :->arguments'
  case $state in
    verb)
      local -a verbs
      verbs=(
${[...VERBS, { name: 'help', about: 'print the help of a command' }]
  .map(({ name: verb, about }) => `        ${quote(`${verb}:${about}`)}\n`)
  .join('')}      )
      _describe command verbs ;;
    arguments)
      case $line[1] in
${VERBS.map((verb) => zshVerb(verb, name)).join('')}      esac ;;
  esac
}

_${name} "$@"
`;
}

function zshVerb(verb: Verb, name: string): string {
  const choices = CHOICES[verb.name]?.join(' ');
  const first = choices === undefined ? '_files' : `(${choices})`;
  const argument = takesContainer(verb) ? `_${name}_containers` : first;
  const flags = shown(flagsOf(verb)).map(zshFlag).join('');
  return `        ${verb.name}) _arguments \\\n${flags}          '1: :${argument}' '*: :_files' ;;\n`;
}

function zshFlag(flag: Flag): string {
  const { name, short, about, value, choices } = flag;
  const kind = { file: '_files', directory: '_directories', other: ' ' }[valueKind(flag)];
  const action = choices === undefined ? kind : `(${choices.join(' ')})`;
  const text = `[${about.replace(/[[\]:]/g, '\\$&')}]${takesValue(flag) ? `:${value ?? 'VALUE'}:${action}` : ''}`;
  if (short === undefined) return `    ${quote(`--${name}${text}`)} \\\n`;
  return `    '(-${short} --${name})'{-${short},--${name}}${quote(text)} \\\n`;
}

function fish(name: string): string {
  const none = '__fish_use_subcommand';
  const verbs = VERBS.map(
    ({ name: verb, about }) => `complete -c ${name} -n ${none} -f -a ${verb} -d ${quote(about)}\n`,
  );
  return `# fish completion for ${name}: ${name} completion fish | source
${shown(GLOBAL_FLAGS)
  .map((flag) => fishFlag(name, none, flag))
  .join('')}${verbs.join('')}${VERBS.map((verb) => fishVerb(name, verb)).join('')}`;
}

function fishVerb(name: string, verb: Verb): string {
  const condition = quote(`__fish_seen_subcommand_from ${verb.name}`);
  const choices = CHOICES[verb.name]?.join(' ');
  const words = takesContainer(verb) ? `(${name} list -q 2>/dev/null)` : choices;
  const first = words === undefined ? '' : `complete -c ${name} -n ${condition} -f -a ${quote(words)}\n`;
  const flags = shown(flagsOf(verb)).map((flag) => fishFlag(name, condition, flag));
  return first + flags.join('');
}

function fishFlag(command: string, condition: string, flag: Flag): string {
  const short = flag.short === undefined ? '' : ` -s ${flag.short}`;
  const choices = flag.choices === undefined ? '' : ` -a ${quote(flag.choices.join(' '))}`;
  const value = takesValue(flag) ? (valueKind(flag) === 'other' ? ' -x' : ' -r') + choices : '';
  return `complete -c ${command} -n ${condition} -l ${flag.name}${short}${value} -d ${quote(flag.about)}\n`;
}

/** One word of any of these shells. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
