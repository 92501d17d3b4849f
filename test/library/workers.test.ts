import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { probing } from '../support/config.ts';
import { holdings } from '../support/leaks.ts';
import { withLibrary } from '../support/library.ts';
import type { LibraryContainer } from '../support/library.ts';
import { ROOT } from '../support/run.ts';

const nothing = { processes: [], mounts: [], cgroups: [], files: [] };

/** Runs containers one after the other, and tells of each. */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads');
const { library, root, spec, rootfs, name, count } = workerData;
(async () => {
  const { Runtime } = await import(library);
  const runtime = await Runtime.open({ root });
  for (let i = 0; i < count; i++) {
    const id = name + '-' + i;
    const linux = { ...spec.linux, cgroupsPath: spec.linux.cgroupsPath + '-' + id };
    parentPort.postMessage(await runtime.run(id, { spec: { ...spec, linux }, rootfs, stdio: 'ignore' }));
  }
})();
`;

function startWorker(from: LibraryContainer, name: string, count: number): Worker {
  const { state: root, config: spec, rootfs, id } = from;
  const library = join(ROOT, 'dist/index.js');
  const workerData = { library, root, spec, rootfs, name: `${id}-${name}`, count };
  return new Worker(PROGRAM, { eval: true, workerData });
}

async function exitsOf(worker: Worker): Promise<unknown[]> {
  const exits: unknown[] = [];
  worker.on('message', (exit) => exits.push(exit));
  await new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
  return exits;
}

const message = (worker: Worker): Promise<unknown> =>
  new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));

describe('worker threads', () => {
  it('run containers at the same time', async (context) => {
    needs(context);
    const library = await withLibrary(context, probing(['exit', '5']));
    const exits = await Promise.all(['a', 'b'].map((name) => exitsOf(startWorker(library, name, 10))));
    expect(exits).toEqual([0, 1].map(() => Array.from({ length: 10 }, () => ({ code: 5 }))));
    expect(holdings(library.id, library.state)).toEqual(nothing);
  });

  it('can be terminated at any moment: what they leave can be deleted', async (context) => {
    needs(context);
    const library = await withLibrary(context, probing(['exit', '0']));
    const { runtime, id, state } = library;
    for (let round = 0; round < 5; round++) {
      const worker = startWorker(library, String(round), 1000);
      await message(worker);
      await worker.terminate();
    }
    const left = readdirSync(state).filter((name) => name.startsWith(id));
    await Promise.all(left.map((name) => runtime.delete(name, { force: true })));
    expect(holdings(id, state)).toEqual(nothing);
  });
});
