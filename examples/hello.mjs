// hello.mjs — a container from its making to its end, and what it said.
import { Runtime, spec } from 'runts';
import { busybox, unique } from './busybox.mjs';

const runtime = await Runtime.open();
const hello = spec
  .base()
  .rootfs(busybox)
  .hostname('example')
  .args('sh', '-c', 'echo "hello from $(hostname)"');

const said = await runtime.run(unique('hello'), { spec: hello }).text();
process.stdout.write(said);
