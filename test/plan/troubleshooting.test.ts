/** docs/troubleshooting.md has all that hints.ts can say, and nothing else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/run.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** The texts of several words in the source, with `…` for what is put in. */
function hints(): Set<string> {
  const literals = read('src/plan/hints.ts').matchAll(/'([^'\n]*)'|`([^`]*)`/g);
  const texts = [...literals].map(([, plain, template]) =>
    (plain ?? template ?? '').replaceAll(/\$\{[^}]*\}/g, '…'),
  );
  return new Set(texts.filter((text) => /\w \w|… \w/.test(text) && text !== 'out of memory'));
}

function documented(): Set<string> {
  const rows = read('docs/troubleshooting.md').matchAll(/^\| (.*?) \| .*\|$/gm);
  const texts = [...rows].map(([, text]) => text ?? '');
  return new Set(texts.filter((text) => text !== 'runts says' && text !== '---'));
}

test('every hint is explained', () => {
  expect([...hints()].filter((hint) => !documented().has(hint))).toEqual([]);
});

test('every explanation is of a hint', () => {
  expect([...documented()].filter((text) => !hints().has(text))).toEqual([]);
});
