import type { Flag } from '../flags.ts';
import { COMMANDS, flagsOf, GLOBAL_FLAGS, GROUPS, VERBS } from '../table.ts';
import type { Group, Verb } from '../verb.ts';
import { argumentKind, CHOICES, flagWords, lastWord, shown, takesValue, valueKind } from './words.ts';

/** A function that sets COMPREPLY, and what has bash call it. */
export function bash(name: string): string {
  const valued = shown(GLOBAL_FLAGS).filter(takesValue).flatMap(flagWords);
  return `# bash completion for ${name}: source <(${name} completion bash)
_${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} verb= root= store= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      --root) root=\${COMP_WORDS[++i]} ;;
      ${valued.filter((word) => word !== '--root').join('|')}) ((++i)) ;;
      -*) ;;
      *)
        verb=\${verb:+$verb-}\${COMP_WORDS[i]}
        case $verb in ${GROUPS.map(key).join('|')}) ;; *) break ;; esac ;;
    esac
  done
  for ((; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in --store) store=\${COMP_WORDS[++i]} ;; esac
  done
  local choices=
  case $verb:$prev in
${valueCases()}  *)
  case $verb in
    '') choices="${[...COMMANDS.map(key), 'help', ...shown(GLOBAL_FLAGS).flatMap(flagWords)].join(' ')}" ;;
${GROUPS.map(groupCase).join('')}${VERBS.map(verbCase).join('')}    help) choices="${CHOICES['help']?.join(' ') ?? ''}" ;;
  esac ;;
  esac
  # Readline ends words at colons, too, and replaces what comes after the last.
  local word=\${COMP_LINE:0:COMP_POINT}
  word=\${word##*[ =]}
  COMPREPLY=($(compgen -W "$choices" -- "$word"))
  COMPREPLY=("\${COMPREPLY[@]#"\${word%"\${word##*:}"}"}")
}
complete -F _${name} ${name}
`.replaceAll('@NAME@', name);
}

/** A command as one word. */
function key({ name }: Verb | Group): string {
  return name.replaceAll(' ', '-');
}

/** One case for all flags, global and of each verb, whose values are completed alike. */
function valueCases(): string {
  const rows = [
    { name: '', flags: GLOBAL_FLAGS },
    ...VERBS.map((verb) => ({ name: key(verb), flags: verb.flags })),
  ];
  const cases = new Map<string, string[]>();
  for (const { name, flags } of rows) {
    for (const flag of shown(flags).filter(takesValue)) {
      const patterns = flagWords(flag).map((word) => `${name}:${word}`);
      const how = valueCompletion(flag);
      cases.set(how, [...(cases.get(how) ?? []), ...patterns]);
    }
  }
  return [...cases].map(([how, patterns]) => `    ${patterns.join('|')}) ${how} ;;\n`).join('');
}

const LISTS = {
  container: '$(@NAME@ ${root:+--root "$root"} list -q 2>/dev/null)',
  image: '$(@NAME@ image list -q ${store:+--store "$store"} 2>/dev/null)',
} as const;

const FILES = { file: '-f', directory: '-d', other: '' } as const;

function valueCompletion(flag: Flag): string {
  const kind = valueKind(flag);
  if (flag.choices !== undefined) return `choices="${flag.choices.join(' ')}"`;
  if (kind === 'image') return `choices="${LISTS.image}"`;
  const replies = kind === 'other' ? '' : `$(compgen ${FILES[kind]} -- "$cur")`;
  return `COMPREPLY=(${replies}); return`;
}

function groupCase(group: Group): string {
  return `    ${key(group)}) choices="${[...group.verbs.map(lastWord), '--help'].join(' ')}" ;;\n`;
}

function verbCase(verb: Verb): string {
  const kind = argumentKind(verb);
  const lists = kind === undefined ? [] : [LISTS[kind]];
  const flags = shown(flagsOf(verb)).flatMap(flagWords);
  return `    ${key(verb)}) choices="${[...lists, ...(CHOICES[verb.name] ?? []), ...flags].join(' ')}" ;;\n`;
}
