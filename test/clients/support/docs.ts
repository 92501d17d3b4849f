import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../support/run.ts';

/**
 * The first block of code in a language below a heading of docs/clients.md: the tests configure each client with
 * what its users are told.
 */
export function documented(heading: string, language: string): string {
  const text = readFileSync(join(ROOT, 'docs/clients.md'), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const block = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'm').exec(section)?.[1];
  if (block === undefined) throw new Error(`docs/clients.md has no ${language} below "${heading}"`);
  return block;
}
