// pool.mjs BUNDLE ROOT COUNT — with so many containers whose output is open, reads a file by way of libuv's pool,
// and says whether it could, and how the containers have ended.
import { readFile } from 'node:fs/promises';
import { Runtime } from 'runts';

const [bundle, root, count] = process.argv.slice(2);
const runtime = await Runtime.open({ root });
const programs = Array.from({ length: Number(count) }, (_, i) =>
  runtime.run(`pool-${i}`, { bundle, stdio: i % 2 === 0 ? 'pipe' : { terminal: { width: 80, height: 24 } } }),
);
await Promise.all(programs.map(({ stdout }) => new Promise((settle) => stdout.once('data', settle))));
const text = await readFile(new URL(import.meta.url), 'utf8');
for (const program of programs) program.kill('SIGKILL');
const ends = await Promise.all(programs);
console.log(JSON.stringify({ read: text.length > 0, ends: ends.map(({ signal }) => signal) }));
