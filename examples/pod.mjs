// pod.mjs — two containers that share a network and System V IPC, as those of a pod do: one serves, the other asks it.
import { Runtime, spec } from 'runts';
import { busybox, unique } from './busybox.mjs';

const runtime = await Runtime.open();
const base = spec.base().rootfs(busybox);

// The namespaces are those of a container that does nothing else, so that they outlive whoever uses them.
const pod = await runtime.create(unique('pod'), { spec: base.args('sleep', 'infinity') });
try {
  await pod.start();
  const member = base.namespace('network', { pid: pod.pid }).namespace('ipc', { pid: pod.pid });

  const serve = 'echo "served in the pod" >/tmp/index.html && exec httpd -f -p 8080 -h /tmp';
  const server = runtime.run(unique('server'), { spec: member.tmpfs('/tmp').args('sh', '-c', serve) });

  const ask =
    'until wget -q -O - http://127.0.0.1:8080/; do sleep 0.05; done 2>/dev/null; readlink /proc/self/ns/ipc';
  const client = runtime.run(unique('client'), { spec: member.args('sh', '-c', ask) });
  const [body, ipc] = (await client.text()).trim().split('\n');
  console.log(body);
  server.kill('SIGKILL');
  await server;

  const own = await pod.exec(['readlink', '/proc/self/ns/ipc']).text();
  console.log(ipc === own.trim() ? 'one ipc namespace' : 'two ipc namespaces');
} finally {
  await pod.delete({ force: true });
}
