import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { Spec } from '../../src/index.ts';
import { needs } from '../support/conditions.ts';
import { probing } from '../support/config.ts';
import type { Prepare } from '../support/container.ts';
import { holdings } from '../support/leaks.ts';
import { running, withLibrary } from '../support/library.ts';
import { until } from '../support/run.ts';

const nothing = { processes: [], mounts: [], cgroups: [], files: [] };
const enough = new Error('enough');

/** A hook that stays, found by the id of its container; one process, as those that it started would still be ending after it. */
const hangingIn =
  (phase: string): Prepare =>
  (config, { id }) => {
    config.hooks = { [phase]: [{ path: '/bin/sleep', args: ['sleep', '60'], env: [`OF=${id}`] }] };
  };

const isHanging = (id: string): boolean =>
  holdings(id).processes.some((process) => process.includes('sleep 60'));

describe('an aborted signal', () => {
  for (const phase of ['createRuntime', 'createContainer'])
    it(`calls off a creation that hangs in a ${phase} hook`, async (context) => {
      needs(context);
      const { runtime, id, directory, state } = await withLibrary(context, hangingIn(phase));
      const controller = new AbortController();
      const { signal } = controller;
      const created = runtime.create(id, { bundle: directory, signal });
      await until('the hook', () => isHanging(id));
      controller.abort(enough);
      await expect(created).rejects.toBe(enough);
      expect(holdings(id, state)).toEqual(nothing);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    });

  it('ends a run, and removes its container', async (context) => {
    needs(context);
    const { runtime, id, directory, state } = await withLibrary(context, probing(['sleep', '60']));
    const controller = new AbortController();
    const { signal } = controller;
    const execution = runtime.run(id, { bundle: directory, signal });
    await execution.started;
    controller.abort(enough);
    await expect(execution).rejects.toBe(enough);
    expect(holdings(id, state)).toEqual(nothing);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('kills the process of an exec, and no other', async (context) => {
    needs(context);
    const { container } = await running(context);
    const controller = new AbortController();
    const execution = container.exec(['/bin/inspect', 'sleep', '60'], { signal: controller.signal });
    const { pid } = await execution.started;
    controller.abort(enough);
    await expect(execution).rejects.toBe(enough);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect((await container.state()).status).toBe('running');
  });

  it('ends an exec at any moment of its beginning', async (context) => {
    needs(context);
    const { container } = await running(context);
    for (let moment = 0; moment < 4; moment += 0.04) {
      const controller = new AbortController();
      const { signal } = controller;
      const execution = container.exec(['/bin/inspect', 'sleep', '60'], { signal });
      const due = performance.now() + moment;
      const wait = (): void => void (performance.now() < due ? setImmediate(wait) : controller.abort(enough));
      wait();
      await expect(execution).rejects.toBe(enough);
    }
    // It waits for all processes of its namespace, were there one left.
    await container.delete({ force: true });
  });

  it('ends a wait, and leaves the container alone', async (context) => {
    needs(context);
    const { container } = await running(context);
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = container.wait({ signal });
    controller.abort(enough);
    await expect(waiting).rejects.toBe(enough);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect((await container.state()).status).toBe('running');
  });

  it('that is aborted before keeps anything from being made', async (context) => {
    needs(context);
    const { runtime, id, directory, state } = await withLibrary(context);
    const options = { bundle: directory, signal: AbortSignal.abort(enough) };
    await expect(runtime.create(id, options)).rejects.toBe(enough);
    await expect(runtime.run(id, options)).rejects.toBe(enough);
    await expect(runtime.delete(id, { force: true, signal: options.signal })).rejects.toBe(enough);
    expect(holdings(id, state)).toEqual(nothing);
  });

  it('leaves no listener where it was not needed', async (context) => {
    needs(context);
    const { runtime, id, directory } = await withLibrary(context, probing(['exit', '0']));
    const { signal } = new AbortController();
    const container = await runtime.create(id, { bundle: directory, signal });
    await container.start({ signal });
    await container.wait({ signal });
    await container.delete({ signal });
    expect(await runtime.run(id, { bundle: directory, signal })).toEqual({ code: 0 });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('the end of a runtime', () => {
  it('ends what it runs, and leaves what it has created', async (context) => {
    needs(context);
    const { container, runtime, id, config, directory, state } = await running(context);
    const linux = { ...config.linux, cgroupsPath: `${config.linux.cgroupsPath}-run` };
    const spec = { ...config, linux } as unknown as Spec;
    const execution = runtime.run(`${id}-run`, { bundle: directory, spec });
    await execution.started;
    await runtime[Symbol.asyncDispose]();
    expect(await execution).toEqual({ code: 137, signal: 'SIGKILL' });
    expect(holdings(`${id}-run`, state)).toMatchObject({ processes: [], cgroups: [] });
    expect((await container.state()).status).toBe('running');
    await expect(runtime.create(`${id}-more`, { bundle: directory })).rejects.toMatchObject({
      code: 'WRONG_STATE',
    });
  });
});
