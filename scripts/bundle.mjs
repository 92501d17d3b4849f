// Makes dist/: cli.js and index.js with their chunks by rolldown, and the declarations of the public API by tsc.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
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
rmSync(join(root, 'dist'), { recursive: true, force: true });
await bundle.write({
  dir: join(root, 'dist'),
  format: 'esm',
  chunkFileNames: 'chunks/[name]-[hash].js',
  sourcemap: false,
});
await bundle.close();

if (!process.argv.includes('--no-types')) {
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
}
