// Makes dist/: cli.js and index.js with their chunks by rolldown, the man pages, and the declarations of the public API by tsc.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { calledFirst } from './order.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

function commit() {
  try {
    const options = { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
    return execFileSync(
      'git',
      ['describe', '--always', '--dirty', '--abbrev=40', '--exclude=*'],
      options,
    ).trim();
  } catch {
    return 'unknown';
  }
}

// Every file that is loaded costs a command a part of a millisecond, and most commands load the same ones. A chunk takes these
// modules with all that they import: what a command needs to be told and to read states, then to read documents of any form, then to
// run plans, then to make containers, and to load images.
const chunks = [
  { name: 'command', test: /\/src\/(cli\/main|host\/node|container\/state)\.ts$/, priority: 3 },
  { name: 'document', test: /\/src\/spec\/(document|schema)\.ts$/, priority: 2.5 },
  { name: 'execute', test: /\/src\/container\/(start|kill|delete)\.ts$/, priority: 2 },
  { name: 'create', test: /\/src\/container\/(create|run)\.ts$/, priority: 1 },
  { name: 'load', test: /\/src\/image\/store\/load\.ts$/, priority: 0.5 },
];

/** tsc leaves the endings of imports as they are in declarations, and the sources are not packed. */
function declare(directory) {
  const tsc = join(root, 'node_modules/.bin/tsc');
  execFileSync(tsc, ['-p', 'tsconfig.build.json', '--outDir', directory], { cwd: root, stdio: 'inherit' });
  for (const name of readdirSync(directory, { recursive: true }).filter((name) => name.endsWith('.ts'))) {
    const file = join(directory, name);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replaceAll(/((?:from |import\()['"]\.[^'"]*)\.ts(?=['"])/g, '$1.js'));
  }
}

const bundle = await rolldown({
  input: { cli: join(root, 'src/cli.ts'), index: join(root, 'src/index.ts') },
  platform: 'node',
  external: [/^node:/, /\.node$/],
  transform: { define: { RUNTS_COMMIT: JSON.stringify(commit()) } },
});
// The program of the standalone executable: one script, which it evaluates while it is built.
const program = await rolldown({
  input: join(root, 'src/standalone.ts'),
  platform: 'neutral',
  transform: { define: { RUNTS_COMMIT: JSON.stringify(commit()) } },
});
const { output } = await program.generate({ format: 'iife', name: 'runts', codeSplitting: false });
await program.close();
mkdirSync(join(root, 'build'), { recursive: true });
writeFileSync(join(root, 'build/runts.js'), await calledFirst(output[0].code));

// A command that is being started meanwhile finds the old files or the new ones, and a failed build leaves the old.
const fresh = join(root, 'dist.new');
rmSync(fresh, { recursive: true, force: true });
await bundle.write({
  dir: fresh,
  format: 'esm',
  chunkFileNames: 'chunks/[name]-[hash].js',
  codeSplitting: { groups: chunks },
  sourcemap: false,
});
await bundle.close();
if (!process.argv.includes('--no-types')) declare(join(fresh, 'types'));
execFileSync(process.execPath, [join(root, 'scripts/generate-commands.mjs'), '--man', join(fresh, 'man')], {
  stdio: 'inherit',
});
rmSync(join(root, 'dist'), { recursive: true, force: true });
renameSync(fresh, join(root, 'dist'));
