// inherit.mjs BUNDLE ROOT — a container that has this program's own standard streams.
import { Runtime } from 'runts';

const [bundle, root] = process.argv.slice(2);
const runtime = await Runtime.open({ root });
process.exitCode = (await runtime.run('inherit', { bundle, stdio: 'inherit' })).code;
