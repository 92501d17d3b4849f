// exec.mjs — further programs in a container that runs: for their output, with input of ours, and one that fails.
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Runtime, RuntsError, spec } from 'runts';
import { busybox, unique } from './busybox.mjs';

const runtime = await Runtime.open();
const container = await runtime.create(unique('exec'), {
  spec: spec.base().rootfs(busybox).tmpfs('/tmp').args('sleep', 'infinity'),
});
try {
  await container.start();

  const ids = await container.exec(['id', '-u'], { user: 1000 }).text();
  console.log(`runs as ${ids.trim()}`);

  const sort = container.exec(['sort'], { stdio: ['pipe', 'pipe', 'inherit'] });
  await pipeline(Readable.from(['pear\n', 'apple\n']), sort.stdin);
  console.log(`sorted: ${(await text(sort.stdout)).trim().split('\n').join(' ')}`);

  await container.exec(['cat', '/missing']).text();
} catch (error) {
  if (!(error instanceof RuntsError) || error.code !== 'EXITED') throw error;
  console.log(error.message);
} finally {
  await container.delete({ force: true });
}
