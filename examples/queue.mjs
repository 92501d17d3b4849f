// queue.mjs — runs code that nobody trusts, two jobs at a time: each has a container of its own without a network, as a user
// without rights, with so much memory, so many processes, so much output and so much time as it is given, and no more.
import { Runtime, RuntsError, spec } from 'runts';
import { busybox, unique } from './busybox.mjs';

const SECONDS = 2;
const WORKERS = 2;

const runtime = await Runtime.open();
const sandbox = spec
  .base()
  .rootfs(busybox)
  .user(1000)
  .tmpfs('/tmp', { size: '4MiB' })
  .cwd('/tmp')
  .memory('16MiB', { swap: 0 })
  .cpus(0.5)
  .pids(16);

const jobs = [
  { name: 'sum', code: 'echo $((6 * 7))' },
  { name: 'endless', code: 'while :; do :; done' },
  { name: 'greedy', code: 'dd if=/dev/zero of=/dev/null bs=64M count=1' },
  { name: 'talkative', code: 'yes' },
  { name: 'forks', code: 'i=0; while [ $i -lt 64 ]; do sleep 60 & i=$((i + 1)); done' },
  { name: 'curious', code: 'wget -q -O - http://192.0.2.1/ || cat /proc/1/environ >/etc/mine' },
];

async function run({ name, code }) {
  const signal = AbortSignal.timeout(SECONDS * 1000);
  try {
    const job = runtime.run(unique(name), { spec: sandbox.args('sh', '-c', code), signal });
    return (await job.text({ limit: 4096 })).trim();
  } catch (error) {
    if (signal.aborted) return `took longer than ${SECONDS} s`;
    if (error instanceof RuntsError) return error.message;
    throw error;
  }
}

async function work() {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    console.log(`${job.name}: ${await run(job)}`);
  }
}

await Promise.all(Array.from({ length: WORKERS }, work));
