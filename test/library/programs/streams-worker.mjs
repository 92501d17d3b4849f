// streams-worker.mjs — a worker thread that holds a terminal and pipes of containers until it is terminated.
import { parentPort, workerData } from 'node:worker_threads';
import { Runtime } from 'runts';

const { bundle, root, id } = workerData;
const runtime = await Runtime.open({ root });
const programs = ['pipe', { terminal: { width: 80, height: 24 } }].map((stdio, i) =>
  runtime.run(`${id}-${i}`, { bundle, stdio }),
);
await Promise.all(programs.map(({ stdout }) => new Promise((settle) => stdout.once('data', settle))));
parentPort.postMessage('ready');
setInterval(() => {}, 1000);
