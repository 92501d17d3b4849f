import { RuntsError } from '../errors.ts';
import { bash } from './completion/bash.ts';
import { fish } from './completion/fish.ts';
import { SHELLS } from './completion/words.ts';
import type { Shell } from './completion/words.ts';
import { zsh } from './completion/zsh.ts';

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
