// generate-commands.mjs [--check] — writes docs/commands.md from src/cli/table.ts; with --check only says whether it is up to date.
// With --man DIR it writes the man pages there instead.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, load } from './lib/load.mjs';

const [option, directory] = process.argv.slice(2);
const { commandsDocument, manPages } = await load('src/cli/manual.ts');
const file = join(root, 'docs/commands.md');

if (option === '--man') {
  const { VERSION } = await load('src/version.ts');
  mkdirSync(directory, { recursive: true });
  for (const page of manPages(VERSION)) writeFileSync(join(directory, page.file), page.text);
} else if (option !== '--check') {
  writeFileSync(file, commandsDocument());
} else if (readFileSync(file, 'utf8') !== commandsDocument()) {
  console.error('docs/commands.md is stale: run node scripts/generate-commands.mjs');
  process.exitCode = 1;
}
