import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SOURCE = fileURLToPath(new URL('../src', import.meta.url));

/** What each folder may import beside itself and the files that lie in src itself (CONTRIBUTING.md). */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  spec: [],
  cgroup: ['spec', 'plan', 'host'],
  plan: ['spec', 'cgroup', 'host'],
  container: ['spec', 'cgroup', 'plan', 'host'],
  doctor: ['spec', 'plan', 'container', 'host'],
  image: ['spec', 'plan', 'container', 'host'],
  library: ['spec', 'cgroup', 'plan', 'container', 'doctor', 'image', 'host'],
  cli: ['spec', 'plan', 'container', 'doctor', 'image', 'host'],
  host: ['plan'],
};

function importsOf(file: string): string[] {
  const text = readFileSync(join(SOURCE, file), 'utf8');
  const relative = /(?:from |import\()'(\.[^']+)'/g;
  return [...text.matchAll(relative)].map(([, path = '']) => normalize(join(dirname(file), path)));
}

const folderOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] ?? '') : '');

it.each(Object.entries(ALLOWED))('src/%s imports nothing from above it', (folder, allowed) => {
  const files = readdirSync(join(SOURCE, folder), { recursive: true, encoding: 'utf8' });
  const imports = files
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
    .flatMap((file) => importsOf(file).map((path) => `${file} imports ${path}`));
  const isFree = (line: string): boolean =>
    ['', folder, ...allowed].includes(folderOf(line.split(' imports ')[1] ?? ''));
  expect(imports.filter((line) => !isFree(line))).toEqual([]);
});
