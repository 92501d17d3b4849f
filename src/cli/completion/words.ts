import type { Flag } from '../flags.ts';
import { COMMANDS } from '../table.ts';
import type { Verb } from '../verb.ts';

/** What the completions of all shells ask the command table. */

/** Shells that there is a completion for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

/** What a value is, where its completion is more than any text. */
export function valueKind({ value = '' }: Flag): 'file' | 'directory' | 'image' | 'other' {
  if (value === 'FILE' || value === 'SOCKET') return 'file';
  if (value === 'IMAGE') return 'image';
  return value === 'DIR' ? 'directory' : 'other';
}

/** What the arguments of a verb name, where the command can list it. */
export function argumentKind({ name, usage }: Verb): 'container' | 'image' | undefined {
  if (/^[<[]image\b/.test(usage)) return 'image';
  return usage.startsWith('<container-id') && name !== 'create' && name !== 'run' ? 'container' : undefined;
}

export const shown = (flags: readonly Flag[]): readonly Flag[] =>
  flags.filter(({ hidden }) => hidden !== true);

export const takesValue = ({ kind }: Flag): boolean => kind !== 'bool';

export function flagWords({ name, short }: Flag): string[] {
  return short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`];
}

/** Arguments that are some words, by the name of the verb. */
export const CHOICES: Readonly<Record<string, readonly string[]>> = {
  completion: SHELLS,
  help: COMMANDS.map(({ name }) => name),
};

/** The word that stands for a verb where it is chosen: in a group, the second one. */
export function lastWord({ name }: { readonly name: string }): string {
  return name.slice(name.lastIndexOf(' ') + 1);
}

/** One word of any of these shells. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
