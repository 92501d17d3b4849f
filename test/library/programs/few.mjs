// few.mjs BUNDLE ROOT — runs programs with pipes until this program may open no more; prints the error, and whether one
// more can be run when they have ended.
import { Runtime } from 'runts';

const [bundle, root] = process.argv.slice(2);
const runtime = await Runtime.open({ root });
const stop = new AbortController();
const run = (id) => runtime.run(id, { bundle, stdio: 'pipe', signal: stop.signal });
const programs = [];
let failure;
while (failure === undefined) {
  try {
    programs.push(run(`few-${programs.length}`));
  } catch (error) {
    failure = error;
  }
}
stop.abort();
await Promise.allSettled(programs);
const again = await runtime.run('few-again', { bundle, stdio: 'pipe' }).text();
console.log(JSON.stringify({ code: failure.code, errno: failure.details.errno, again }));
