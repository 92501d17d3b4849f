// limits.mjs — a container with limits, watched: what it uses, and that it wanted more memory than it may have.
import { Runtime, spec } from 'runts';
import { busybox, unique } from './busybox.mjs';

const script = 'dd if=/dev/zero of=/dev/null bs=64M count=1 2>/dev/null; echo "dd ended with $?"; sleep 1';

const runtime = await Runtime.open();
const container = await runtime.create(unique('limits'), {
  spec: spec.base().rootfs(busybox).memory('16MiB', { swap: 0 }).pids(16).args('sh', '-c', script),
  stdio: ['ignore', 'inherit', 'inherit'],
});
try {
  const events = container.events({ stats: { everyMs: 200 } });
  await container.start();
  for await (const event of events) {
    if (event.type === 'stats') console.log(`uses ${event.stats.memory.usage?.usage} bytes`);
    if (event.type === 'oom') console.log(`${event.kills} killed at ${event.memory.max} bytes`);
    if (event.type === 'exit') console.log(`ended with ${event.code}`);
  }
} finally {
  await container.delete({ force: true });
}
