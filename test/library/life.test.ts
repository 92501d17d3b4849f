import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Spec } from '../../src/index.ts';
import { needs } from '../support/conditions.ts';
import { probing } from '../support/config.ts';
import { create, makeContainer, startDetached, statusOf } from '../support/container.ts';
import { holdings } from '../support/leaks.ts';
import { openRuntime, outputFile, withLibrary } from '../support/library.ts';

const sleeping = probing(['sleep', '60']);
const nothing = { processes: [], mounts: [], cgroups: [], files: [] };

describe('the life of a container made by the library', () => {
  it('create, start, kill, wait, delete, with the state that goes with each', async (context) => {
    needs(context);
    const { runtime, id, directory, state } = await withLibrary(context, sleeping);
    const container = await runtime.create(id, { bundle: directory });
    expect(await container.state()).toMatchObject({ id, status: 'created', pid: container.pid });
    await container.start();
    expect((await container.state()).status).toBe('running');
    await container.kill('SIGKILL');
    expect(await container.wait()).toEqual({ code: 137, signal: 'SIGKILL' });
    expect((await container.state()).status).toBe('stopped');
    await container.delete();
    await expect(container.state()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(holdings(id, state)).toEqual(nothing);
  });

  it('run gives the exit status, once nothing is left', async (context) => {
    needs(context);
    const { runtime, id, directory, state } = await withLibrary(context, probing(['exit', '7']));
    expect(await runtime.run(id, { bundle: directory })).toEqual({ code: 7 });
    expect(holdings(id, state)).toEqual(nothing);
  });

  it('writes to the descriptors that it is given', async (context) => {
    needs(context);
    const library = await withLibrary(context);
    const output = outputFile(context, library);
    const stdio = ['ignore', output.fd, 'inherit'] as const;
    expect(await library.runtime.run(library.id, { bundle: library.directory, stdio })).toEqual({ code: 0 });
    expect(JSON.parse(output.text())).toMatchObject({ sid: 1, uid: 0 });
  });

  it('says what kept a container from being made, and leaves nothing', async (context) => {
    needs(context);
    const { runtime, id, directory, state } = await withLibrary(context, (config) => {
      config.mounts.push({ destination: '/data', source: '/does/not/exist', options: ['bind'] });
    });
    const failure = { name: 'RuntsError', code: 'STEP_FAILED', details: { errno: 'ENOENT' } };
    await expect(runtime.create(id, { bundle: directory })).rejects.toMatchObject(failure);
    await expect(runtime.run(id, { bundle: directory })).rejects.toMatchObject(failure);
    expect(holdings(id, state)).toEqual(nothing);
  });

  it('is over at the end of a block that uses it', async (context) => {
    needs(context);
    const { state, id, directory } = await withLibrary(context, sleeping);
    {
      await using runtime = await openRuntime(state);
      await using container = await runtime.create(id, { bundle: directory });
      await container.start();
      expect((await container.state()).status).toBe('running');
    }
    expect(holdings(id, state)).toEqual(nothing);
  });

  it('gives a container of a spec a bundle of its own, which goes with it', async (context) => {
    needs(context);
    const { runtime, id, config, rootfs, state } = await withLibrary(context, sleeping);
    const spec = config as unknown as Spec;
    const container = await runtime.create(id, { spec, rootfs });
    expect(JSON.parse(readFileSync(`${container.bundle}/config.json`, 'utf8'))).toMatchObject({
      root: { path: rootfs },
    });
    await container.start();
    await container[Symbol.asyncDispose]();
    expect(existsSync(container.bundle)).toBe(false);
    expect(holdings(id, state)).toEqual(nothing);
  });
});

describe('the library and the command', () => {
  it('the command handles a container of the library', async (context) => {
    needs(context);
    const library = await withLibrary(context, sleeping);
    const { runtime, id, directory, runts } = library;
    const container = await runtime.create(id, { bundle: directory });
    expect(await runts(['start', id])).toMatchObject({ status: 0 });
    expect(await statusOf(library)).toBe('running');
    expect(await runts(['kill', id, 'KILL'])).toMatchObject({ status: 0 });
    expect(await container.wait()).toEqual({ code: 137, signal: 'SIGKILL' });
    expect(await runts(['delete', id])).toMatchObject({ status: 0 });
    await expect(runtime.get(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('the library handles a container of the command', async (context) => {
    needs(context);
    const made = makeContainer(context, sleeping);
    await startDetached(made);
    const runtime = await openRuntime(made.state);
    expect(await runtime.list()).toMatchObject([{ id: made.id, status: 'running' }]);
    const container = await runtime.get(made.id);
    const ended = container.wait();
    await container.kill('SIGKILL');
    // Which of the two depends on the kernel.
    expect([{}, { code: 137, signal: 'SIGKILL' }]).toContainEqual(await ended);
    await container.delete();
    expect(holdings(made.id, made.state)).toEqual(nothing);
  });

  it('the library starts what the command has created', async (context) => {
    needs(context);
    const made = makeContainer(context, sleeping);
    expect(await create(made)).toMatchObject({ status: 0 });
    const container = await (await openRuntime(made.state)).get(made.id);
    await container.start();
    expect(await statusOf(made)).toBe('running');
    await container.delete({ force: true });
    expect(await made.runts(['state', made.id])).toMatchObject({ status: 1 });
  });
});
