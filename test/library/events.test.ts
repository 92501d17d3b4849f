import { readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { TestContext } from 'vitest';
import type { Container, ContainerEvent, ContainerEvents, EventOptions, Spec } from '../../src/index.ts';
import { cgroupRoot, needs } from '../support/conditions.ts';
import { probing } from '../support/config.ts';
import { makeContainer, startDetached } from '../support/container.ts';
import type { Prepare } from '../support/container.ts';
import { descriptors } from '../support/leaks.ts';
import { openRuntime, runProgram, withLibrary } from '../support/library.ts';
import type { LibraryContainer } from '../support/library.ts';

const MIB = 1024 * 1024;
const sleeping = probing(['sleep', '60']);

interface Watched extends LibraryContainer {
  container: Container;
}

/** A container that was created and not started, so that nothing happens before it is watched. */
async function created(context: TestContext, prepare: Prepare): Promise<Watched> {
  const library = await withLibrary(context, prepare);
  const container = await library.runtime.create(library.id, { bundle: library.directory });
  return { ...library, container };
}

async function rest(events: ContainerEvents): Promise<ContainerEvent[]> {
  const seen: ContainerEvent[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

async function next(events: ContainerEvents): Promise<ContainerEvent> {
  const { value } = await events.next();
  if (value === undefined) throw new Error('the events have ended');
  return value;
}

const typesOf = (events: readonly ContainerEvent[]): string[] => events.map(({ type }) => type);

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

/** Descriptors of this process that something is watched by. */
const watching = (): string[] =>
  descriptors().filter((line) => /cgroup|pidfd|timerfd|\.(events|pressure)/.test(line));

/** A look at a cgroup that has begun goes on for a moment, as may those of earlier tests. */
const nothingOpenBut = (before: string[]): Promise<void> =>
  vi.waitFor(() => expect(watching().filter((line) => !before.includes(line))).toEqual([]));

const threads = (): string[] =>
  readdirSync('/proc/self/task').map((thread) =>
    readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim(),
  );

describe('events end with the exit', () => {
  it('of a program that ends by itself, with what it has used', async (context) => {
    needs(context);
    const { container, id } = await created(context, probing(['exit', '7']));
    const events = container.events();
    await container.start();
    const seen = await rest(events);
    expect(seen).toMatchObject([{ type: 'exit', id, code: 7, dropped: 0 }]);
    expect(seen[0]).toHaveProperty('stats.cpu.totalUs');
    expect(await events.next()).toEqual({ done: true, value: undefined });
    await container.delete();
  });

  it('by a signal', async (context) => {
    needs(context);
    const { container } = await created(context, sleeping);
    const events = container.events();
    await container.start();
    await container.kill('SIGKILL');
    expect(await rest(events)).toMatchObject([{ type: 'exit', code: 137, signal: 'SIGKILL' }]);
    await container.delete();
  });

  it('of one that has stopped before', async (context) => {
    needs(context);
    const { container } = await created(context, probing(['exit', '3']));
    await container.start();
    await container.wait();
    const events = container.events();
    await container.delete();
    expect(await rest(events)).toMatchObject([{ type: 'exit', code: 3, stats: { cpu: {} } }]);
  });

  it('of one whose cgroup somebody has removed', async (context) => {
    needs(context);
    const { container, id } = await created(context, probing(['exit', '3']));
    await container.start();
    await container.wait();
    rmdirSync(join(cgroupRoot ?? '', 'runts-test', id));
    expect(await rest(container.events())).toEqual([{ type: 'exit', id, code: 3, dropped: 0 }]);
    await container.delete();
  });

  it('of a run, with statistics from before its cgroup was removed', async (context) => {
    needs(context);
    const { runtime, id, directory } = await withLibrary(context, sleeping);
    const execution = runtime.run(id, { bundle: directory });
    await execution.started;
    const events = (await runtime.get(id)).events();
    execution.kill('SIGKILL');
    expect(await execution).toMatchObject({ signal: 'SIGKILL' });
    expect(await rest(events)).toMatchObject([{ type: 'exit', signal: 'SIGKILL', stats: { cpu: {} } }]);
  });

  it('of a container of the command, whose status is not ours to know', async (context) => {
    needs(context);
    const made = makeContainer(context, sleeping);
    await startDetached(made);
    const container = await (await openRuntime(made.state)).get(made.id);
    const events = container.events();
    await container.kill('SIGKILL');
    const [event, ...others] = await rest(events);
    expect([event?.type, others]).toEqual(['exit', []]);
    expect(event).not.toHaveProperty('code');
  });
});

describe('events tell', () => {
  it('of pause and resume, by whomever', async (context) => {
    needs(context);
    const { container, id, runts } = await created(context, sleeping);
    await container.start();
    const events = container.events();
    expect(await runts(['pause', id])).toMatchObject({ status: 0 });
    expect(await next(events)).toMatchObject({ type: 'pause', id });
    expect(await runts(['resume', id])).toMatchObject({ status: 0 });
    expect(await next(events)).toMatchObject({ type: 'resume', id });
    await container.delete({ force: true });
    expect(typesOf(await rest(events))).toEqual(['exit']);
  });

  it('of kills for want of memory, and then of the exit', async (context) => {
    needs(context, 'memory');
    const { container } = await created(context, (config) => {
      probing(['memory', '128'])(config);
      config.linux.resources = { memory: { limit: 24 * MIB, swap: 24 * MIB } };
    });
    const events = container.events();
    await container.start();
    const [oom, exit, ...others] = await rest(events);
    expect(oom).toMatchObject({ type: 'oom', kills: 1, memory: { max: 24 * MIB } });
    expect(exit).toMatchObject({ type: 'exit', signal: 'SIGKILL', stats: { memory: { oomKills: 1 } } });
    expect(others).toEqual([]);
    await container.delete();
  });

  it('of kills among the processes of a container that goes on', async (context) => {
    needs(context, 'memory');
    const { container, id, runts } = await created(context, (config) => {
      sleeping(config);
      config.linux.resources = { memory: { limit: 24 * MIB, swap: 24 * MIB } };
    });
    await container.start();
    const events = container.events();
    const inspect = ['exec', id, '/bin/inspect', 'memory', '128'];
    expect(await runts(inspect)).toMatchObject({ status: 137 });
    expect(await next(events)).toMatchObject({ type: 'oom', kills: 1 });
    expect(await runts(inspect)).toMatchObject({ status: 137 });
    expect(await next(events)).toMatchObject({ type: 'oom', kills: 1 });
    await container.delete({ force: true });
    expect(typesOf(await rest(events))).toEqual(['exit']);
  });

  it('of statistics at intervals', async (context) => {
    needs(context);
    const { container } = await created(context, sleeping);
    await container.start();
    const events = container.events({ stats: { everyMs: 50 } });
    const seen = [await next(events), await next(events)];
    expect(typesOf(seen)).toEqual(['stats', 'stats']);
    expect(seen[0]).toHaveProperty('stats.cpu.usage.user');
    expect(seen[0]).toHaveProperty('stats.pids.current', 1);
    await events.return();
    await container.delete({ force: true });
  });

  it('of pressure', async (context) => {
    needs(context, 'pressure');
    const { container } = await created(context, probing(['spin', '8', '60']));
    const events = container.events({ pressure: { cpu: { stallMs: 100 } } });
    await container.start();
    const event = await next(events);
    expect(event).toMatchObject({ type: 'pressure', resource: 'cpu' });
    expect(event).toHaveProperty('some.total');
    await events.return();
    await container.delete({ force: true });
  });
});

describe('what was used by the end', () => {
  it('is in the exit of a run, if that is asked for', async (context) => {
    needs(context);
    const { runtime, id, directory } = await withLibrary(context, probing(['exit', '7']));
    const exit = await runtime.run(id, { bundle: directory, stats: true });
    // Nothing, where the kernel counts by the ticks of its clock.
    expect(exit.stats?.cpu.totalUs).toBeGreaterThanOrEqual(0);
    expect(await runtime.run(id, { bundle: directory })).toEqual({ code: 7 });
  });

  it('can be waited for until the container is deleted', async (context) => {
    needs(context);
    const { container } = await created(context, probing(['exit', '7']));
    await container.start();
    expect(await container.wait({ stats: true })).toMatchObject({ code: 7, stats: { cpu: {} } });
    await container.delete();
    expect(await container.wait({ stats: true })).toEqual({ code: 7 });
  });

  it('has peaks of memory and of processes', async (context) => {
    needs(context, 'memory', 'pids');
    const { runtime, id, directory } = await withLibrary(
      context,
      probing(['memory', '8'], ['spawn', '4', '1']),
    );
    const { stats } = await runtime.run(id, { bundle: directory, stats: true });
    expect(stats?.memory?.peak).toBeGreaterThan(8 * MIB);
    expect(stats?.memory?.oomKills).toBe(0);
    expect(stats?.pids?.peak).toBeGreaterThanOrEqual(5);
  });
});

describe('what cannot be watched is refused', () => {
  it('by options that make no sense', async (context) => {
    needs(context);
    const { container } = await created(context, sleeping);
    const events = (options: EventOptions) => () => container.events(options);
    expect(events({ stats: { everyMs: 0 } })).toThrow('stats.everyMs: 0 is not within 1 and 2147483647');
    expect(events({ pressure: { cpu: { stallMs: 0 } } })).toThrow(
      'pressure.cpu.stallMs: 0 is not within 0 and 2000',
    );
    expect(events({ pressure: { io: { stallMs: 1, windowMs: 9 } } })).toThrow(
      'pressure.io.windowMs: 9 is not within 500 and 10000',
    );
    await container.delete({ force: true });
  });

  it('by a kernel that tells of no pressure', async (context) => {
    needs(context, 'no pressure');
    const { container } = await created(context, sleeping);
    const before = watching();
    expect(() => container.events({ pressure: { memory: { stallMs: 100 } } })).toThrow(
      'events: this kernel tells of no pressure: memory.pressure cannot be opened',
    );
    await nothingOpenBut(before);
    await container.delete({ force: true });
  });
});

describe('an iteration', () => {
  it('that is left has nothing open any more', async (context) => {
    needs(context);
    const { container } = await created(context, sleeping);
    await container.start();
    const before = watching();
    for await (const { type } of container.events({ stats: { everyMs: 10 } })) {
      expect(type).toBe('stats');
      expect(watching().length).toBeGreaterThan(before.length);
      break;
    }
    await nothingOpenBut(before);
    await container.delete({ force: true });
  });

  it('that nobody has begun has nothing open once the container is deleted', async (context) => {
    needs(context);
    const { container } = await created(context, sleeping);
    const before = watching();
    const events = container.events({ stats: { everyMs: 10 } });
    await container.kill('SIGKILL');
    await container.wait();
    await container.delete();
    await nothingOpenBut(before);
    expect((await rest(events)).at(-1)).toMatchObject({ type: 'exit', signal: 'SIGKILL' });
  });

  it('ends by its signal, with the reason', async (context) => {
    needs(context);
    const { container } = await created(context, sleeping);
    const before = watching();
    const stop = new AbortController();
    const events = container.events({ signal: stop.signal });
    const waiting = events.next();
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(await events.next()).toEqual({ done: true, value: undefined });
    await nothingOpenBut(before);
    expect(() => container.events({ signal: stop.signal })).toThrow('enough');
    await container.delete({ force: true });
  });

  it('sees all that another of the same container sees', async (context) => {
    needs(context);
    const { container } = await created(context, sleeping);
    const both = [container.events(), container.events()];
    await container.kill('SIGKILL');
    const seen = await Promise.all(both.map(rest));
    expect(seen.map(typesOf)).toEqual([['exit'], ['exit']]);
    await container.delete();
  });

  it('gives each event once to those who ask at the same time', async (context) => {
    needs(context);
    const { container } = await created(context, sleeping);
    const events = container.events({ stats: { everyMs: 10 } });
    const seen = await Promise.all([events.next(), events.next(), events.next()]);
    expect(seen.map(({ done }) => done)).toEqual([false, false, false]);
    expect(new Set(seen.map(({ value }) => value)).size).toBe(3);
    await events.return();
    await container.delete({ force: true });
  });

  it('whose reader is slow drops statistics and says how many, and never the exit', async (context) => {
    needs(context);
    const { container } = await created(context, probing(['sleep', '0.5']));
    const events = container.events({ stats: { everyMs: 5 } });
    await container.start();
    await container.wait();
    const seen = await rest(events);
    const kept = seen.filter(({ type }) => type === 'stats').length;
    expect(seen.at(-1)).toMatchObject({ type: 'exit', code: 0 });
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThanOrEqual(16);
    expect(kept + sum(seen.map(({ dropped }) => dropped))).toBeGreaterThanOrEqual(99);
    await container.delete();
  });
});

describe('a program', () => {
  it('does not live on for events that it does not ask for', async (context) => {
    needs(context);
    const { state, id, directory } = makeContainer(context, sleeping);
    const source = `
      const [root, id, bundle] = process.argv.slice(1);
      const runtime = await runts.Runtime.open({ root });
      const container = await runtime.create(id, { bundle });
      await container.start();
      const events = container.events({ stats: { everyMs: 10 } });
      const { value } = await events.next();
      console.log(value.type);`;
    const ended = await runProgram(source, [state, id, directory]);
    expect(ended).toEqual({ status: 0, signal: null, stdout: 'stats\n', stderr: '' });
  });

  it('has workers that watch, each for itself, and leave nothing open', async (context) => {
    needs(context);
    const { container, state, id } = await created(context, sleeping);
    const ended = await runProgram(WORKERS, [state, id]);
    expect(ended).toEqual({ status: 0, signal: null, stdout: 'stats stats stats\n0 open\n', stderr: '' });
    await container.delete({ force: true });
  });
});

/** Workers that are terminated while they watch a container. */
const WORKERS = `
  import { readdirSync, readlinkSync } from 'node:fs';
  import { Worker } from 'node:worker_threads';
  const [root, id] = process.argv.slice(1);
  const code = \`
    const { parentPort, workerData: { url, root, id } } = require('node:worker_threads');
    import(url).then(async ({ Runtime }) => {
      const container = await (await Runtime.open({ root })).get(id);
      for await (const { type } of container.events({ stats: { everyMs: 1 } })) parentPort.postMessage(type);
    });\`;
  const workers = [1, 2, 3].map(() => new Worker(code, { eval: true, execArgv: [], workerData: { url: LIBRARY, root, id } }));
  const types = await Promise.all(workers.map((worker) => new Promise((tell) => worker.once('message', tell))));
  console.log(types.join(' '));
  await Promise.all(workers.map((worker) => worker.terminate()));
  const target = (fd) => { try { return readlinkSync('/proc/self/fd/' + fd); } catch { return ''; } };
  const open = () => readdirSync('/proc/self/fd').map(target).filter((to) => /timerfd|pidfd|cgroup/.test(to)).length;
  for (let tries = 0; open() > 0 && tries < 500; tries++) await new Promise((on) => setTimeout(on, 10));
  console.log(open() + ' open');`;

describe('one thread', () => {
  it('watches a hundred containers', async (context) => {
    needs(context);
    const { runtime, id, config, rootfs } = await withLibrary(context, sleeping);
    const spec = (number: number): Spec => {
      const linux = { ...config.linux, cgroupsPath: `${config.linux.cgroupsPath}-${number}` };
      return { ...config, linux } as unknown as Spec;
    };
    const numbers = Array.from({ length: 100 }, (_, number) => number);
    const containers: Container[] = [];
    context.onTestFinished(async () => {
      for (const container of containers) await container.delete({ force: true });
    });
    for (const number of numbers)
      containers.push(await runtime.create(`${id}-${number}`, { spec: spec(number), rootfs }));
    const seen = containers.map((container) => rest(container.events({ stats: { everyMs: 60_000 } })));
    expect(threads().filter((name) => name === 'runts-watch')).toEqual(['runts-watch']);
    await Promise.all(containers.map((container) => container.kill('SIGKILL')));
    for (const [number, events] of (await Promise.all(seen)).entries())
      expect(events).toMatchObject([{ type: 'exit', id: `${id}-${number}`, signal: 'SIGKILL' }]);
  }, 120_000);
});
