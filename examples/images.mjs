// images.mjs — an image is loaded, its containers share its layers, and a step after the other writes to one root file system.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Images, Runtime, spec } from 'runts';
import { unique, writeLayout } from './busybox.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'runts-images-'));
try {
  writeLayout(join(scratch, 'layout'), {
    Cmd: ['sh', '-c', 'echo "$GREETING from $(cat /etc/hostname)"'],
    Env: ['GREETING=hello'],
  });
  const images = await Images.open({ store: join(scratch, 'store') });
  const [image] = await images.load(join(scratch, 'layout'), { name: 'busybox' });
  const runtime = await Runtime.open();

  // As the image says, but for names.
  const box = image.with({ hostname: 'box', spec: (ofImage) => ofImage.env({ GREETING: 'greetings' }) });
  process.stdout.write(await runtime.run(unique('box'), { image: box }).text());

  // Each container has a writable layer of its own, which goes with it.
  const look = image.with({ args: ['sh', '-c', 'ls /made 2>/dev/null || echo nothing; mkdir /made'] });
  for (const name of ['first', 'second']) {
    process.stdout.write(`${name} finds ${await runtime.run(unique(name), { image: look }).text()}`);
  }

  // One that is kept: what a step has written is there for the next.
  const rootfs = await image.rootfs();
  const step = (command) => ({ rootfs, spec: spec.from(rootfs.spec).args('sh', '-c', command) });
  await runtime.run(unique('step1'), step('echo built >/result'));
  process.stdout.write(`step 2 finds ${await runtime.run(unique('step2'), step('cat /result')).text()}`);
  await rootfs.remove();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
