// Makes dist/: cli.js and index.js with their chunks by rolldown, the man pages, and the declarations of the public API by tsc.
import { execFileSync } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

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

const bundle = await rolldown({
  input: { cli: join(root, 'src/cli.ts'), index: join(root, 'src/index.ts') },
  platform: 'node',
  external: [/^node:/, /\.node$/],
  transform: { define: { RUNTS_COMMIT: JSON.stringify(commit()) } },
});
// A command that is being started meanwhile finds the old files or the new ones, and a failed build leaves the old.
const fresh = join(root, 'dist.new');
rmSync(fresh, { recursive: true, force: true });
await bundle.write({
  dir: fresh,
  format: 'esm',
  chunkFileNames: 'chunks/[name]-[hash].js',
  sourcemap: false,
});
await bundle.close();
if (!process.argv.includes('--no-types')) {
  const tsc = join(root, 'node_modules/.bin/tsc');
  execFileSync(tsc, ['-p', 'tsconfig.build.json', '--outDir', join(fresh, 'types')], {
    cwd: root,
    stdio: 'inherit',
  });
}
execFileSync(process.execPath, [join(root, 'scripts/generate-commands.mjs'), '--man', join(fresh, 'man')], {
  stdio: 'inherit',
});
rmSync(join(root, 'dist'), { recursive: true, force: true });
renameSync(fresh, join(root, 'dist'));
