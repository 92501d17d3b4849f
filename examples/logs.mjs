// logs.mjs — the output of a program line by line, while it runs.
import { createInterface } from 'node:readline';
import { Runtime, spec } from 'runts';
import { busybox, unique } from './busybox.mjs';

const script = 'for i in 1 2 3; do echo "line $i"; sleep 0.1; done; echo "no line 4" >&2; exit 3';

const runtime = await Runtime.open();
const program = runtime.run(unique('logs'), { spec: spec.base().rootfs(busybox).args('sh', '-c', script) });

const show = async (name, stream) => {
  for await (const line of createInterface({ input: stream })) console.log(`${name}: ${line}`);
};
await Promise.all([show('out', program.stdout), show('err', program.stderr)]);

const { code } = await program;
console.log(`ended with ${code}`);
