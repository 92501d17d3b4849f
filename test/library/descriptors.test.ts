import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { ContainerOptions } from '../../src/index.ts';
import { needs } from '../support/conditions.ts';
import type { TestConfig } from '../support/config.ts';
import { descriptors } from '../support/leaks.ts';
import { running, scripted, withLibrary } from '../support/library.ts';
import { ROOT, run, until } from '../support/run.ts';

const TERMINAL = { terminal: { width: 80, height: 24 } };

/** A script for several containers, each with the cgroup of its id. */
const anyId =
  (script: string) =>
  (config: TestConfig): void => {
    scripted(script)(config);
    delete config.linux.cgroupsPath;
  };

/** Descriptors of this process but those that the core keeps from its first use on. */
const open = (): string[] => descriptors().filter((line) => !/anon_inode|memfd/.test(line));

/** Streams are closed by the turn after the one that ends them. */
const sameAs = (before: readonly string[]): Promise<true> =>
  until('descriptors to be closed', () => open().join() === before.join());

const program = (name: string): string => fileURLToPath(new URL(`programs/${name}.mjs`, import.meta.url));

const missingMount = ({ mounts }: TestConfig): void =>
  void mounts.push({ destination: '/data', source: '/does/not/exist', options: ['bind'] });
const missingProgram = ({ process }: TestConfig): void => void (process.args = ['/bin/missing']);

describe('where a container does not come to be, nothing stays open', () => {
  it.for([
    ['a mount fails', missingMount, {}],
    ['the program is missing', missingProgram, {}],
    ['there is no bundle', () => {}, { bundle: '/does/not/exist' }],
    ['it is aborted before', () => {}, { signal: AbortSignal.abort() }],
  ] satisfies [string, (config: TestConfig) => void, Partial<ContainerOptions>][])(
    'as %s',
    async ([, change, options], test) => {
      needs(test);
      const { runtime, id, directory } = await withLibrary(test, change);
      const before = open();
      for (const stdio of ['pipe', TERMINAL] as const) {
        const asked = { bundle: directory, stdio, ...options };
        await expect(runtime.run(id, asked).text()).rejects.toBeInstanceOf(Error);
        await expect(runtime.run(id, asked)).rejects.toBeInstanceOf(Error);
        // What a created container executes is looked at when it starts.
        if (change !== missingProgram) await expect(runtime.create(id, asked)).rejects.toBeInstanceOf(Error);
      }
      await sameAs(before);
    },
  );

  it('as it is aborted while its program runs', async (test) => {
    needs(test);
    const { runtime, id, directory } = await withLibrary(test, scripted('echo ready; exec sleep 60'));
    const before = open();
    for (const stdio of ['pipe', TERMINAL] as const) {
      const abort = new AbortController();
      const execution = runtime.run(id, { bundle: directory, stdio, signal: abort.signal });
      await once(execution.stdout, 'data');
      abort.abort(new Error('enough'));
      await expect(execution).rejects.toThrow('enough');
    }
    await sameAs(before);
  });
});

describe('the streams of a container that waits for its start', () => {
  it('are pipes', async (test) => {
    needs(test);
    const { runtime, id, directory } = await withLibrary(test, scripted('cat; echo end >&2'));
    const before = open();
    await using container = await runtime.create(id, { bundle: directory, stdio: 'pipe' });
    container.stdin?.end('before the start');
    await container.start();
    expect(await text(container.stdout as Readable)).toBe('before the start');
    expect(await text(container.stderr as Readable)).toBe('end\n');
    expect(await container.wait()).toEqual({ code: 0 });
    await sameAs(before);
  });

  it('are a terminal, whatever the config says', async (test) => {
    needs(test);
    const { runtime, id, directory } = await withLibrary(test, scripted('stty size'));
    await using container = await runtime.create(id, { bundle: directory, stdio: TERMINAL });
    container.resize({ width: 100, height: 30 });
    await container.start();
    expect(await text(container.stdout as Readable)).toBe('30 100\n');
  });

  it('are none of one that another has made', async (test) => {
    needs(test);
    const { runtime, id } = await running(test);
    await using container = await runtime.get(id);
    expect([container.stdin, container.stdout, container.stderr]).toEqual(Array(3).fill(undefined));
  });
});

describe('the streams of a further process', () => {
  it('are pipes', async (test) => {
    needs(test);
    const { container } = await running(test, ({ root }) => void (root.readonly = true));
    const cat = container.exec(['/bin/inspect', 'cat'], { stdio: 'pipe' });
    cat.stdin.end('in and out');
    expect(await cat.text()).toBe('in and out');
    await expect(container.exec(['/bin/inspect', 'exit', '5']).text()).rejects.toMatchObject({
      code: 'EXITED',
      details: { exit: { code: 5 } },
    });
  });

  it('are a terminal', async (test) => {
    needs(test);
    const { container } = await running(test);
    const report = await container.exec(['/bin/inspect', '--json'], { stdio: TERMINAL }).text();
    expect(JSON.parse(report)).toMatchObject({ terminal: { rows: 24, columns: 80, controlling: true } });
  });
});

it('every descriptor that a container needs is closed by execve(2)', async (test) => {
  needs(test);
  const { runtime, id, directory } = await withLibrary(test, anyId('echo ready; exec sleep 60'));
  const before = new Set(descriptors());
  const programs = (['pipe', TERMINAL] as const).map((stdio, i) =>
    runtime.run(`${id}-${i}`, { bundle: directory, stdio }),
  );
  await Promise.all(programs.map(({ stdout, started }) => Promise.all([once(stdout, 'data'), started])));
  const numbers = descriptors()
    .filter((line) => !before.has(line))
    .map((line) => line.split(' ')[0]);
  expect(numbers.length).toBeGreaterThan(4);
  const flags = numbers.map((fd) => readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'));
  expect(flags.filter((text) => !/^flags:\s0[0-7]*2[0-7]{6}$/m.test(text))).toEqual([]);
  for (const one of programs) one.kill('SIGKILL');
  await Promise.all(programs);
});

describe('a program of Node', () => {
  it('has its own standard streams inherited', async (test) => {
    needs(test);
    const { directory, state } = await withLibrary(test, scripted('cat; echo err >&2; exit 4'));
    const ended = await run(process.execPath, [program('inherit'), directory, state], { input: 'typed' });
    expect(ended).toMatchObject({ status: 4, stdout: 'typed', stderr: 'err\n' });
  });

  it('is told when it may open no more, and loses nothing by it', async (test) => {
    needs(test);
    const { directory, state } = await withLibrary(test, anyId('echo ready'));
    const few = 'ulimit -n 128; exec "$@"';
    const command = ['-c', few, 'sh', process.execPath, program('few'), directory, state];
    const ended = await run('sh', command);
    expect(ended.stderr).toBe('');
    expect(JSON.parse(ended.stdout)).toEqual({ code: 'HOST_FAILED', errno: 'EMFILE', again: 'ready\n' });
  });

  it('gives a container no other descriptor than its own, and has its terminals when it may open more again', async (test) => {
    needs(test);
    const addon = join(ROOT, 'build/out/runts.node');
    const command = ['-c', 'ulimit -n 64; exec "$@"', 'sh', process.execPath, program('full'), addon];
    const ended = await run('sh', command);
    expect(ended.stderr).toBe('');
    expect(JSON.parse(ended.stdout)).toEqual({
      execution: 'fcntl: EMFILE',
      bridge: 'epoll_ctl: EMFILE',
      again: 'done',
    });
  });

  it("keeps libuv's only thread for itself, however many streams are open", async (test) => {
    needs(test);
    const { directory, state } = await withLibrary(test, anyId('echo ready; exec sleep 60'));
    const env = { UV_THREADPOOL_SIZE: '1' };
    const ended = await run(process.execPath, [program('pool'), directory, state, '8'], { env });
    expect(ended.stderr).toBe('');
    expect(JSON.parse(ended.stdout)).toEqual({ read: true, ends: Array(8).fill('SIGKILL') });
  });
});

it('that a worker thread held are closed when it is terminated', async (test) => {
  needs(test);
  const { runtime, id, directory, state } = await withLibrary(test, anyId('echo ready; cat >/dev/null'));
  const before = open();
  const worker = new Worker(program('streams-worker'), {
    workerData: { bundle: directory, root: state, id },
  });
  await once(worker, 'message');
  await worker.terminate();
  await sameAs(before);
  const stopped = async (): Promise<boolean> =>
    (await runtime.list()).every(({ status }) => status === 'stopped');
  while (!(await stopped()));
  for (const name of [0, 1]) await runtime.delete(`${id}-${name}`);
});

it('a terminal of the config that nobody takes is refused', async (test) => {
  needs(test);
  const { runtime, id, directory } = await withLibrary(
    test,
    ({ process: own }) => void (own.terminal = true),
  );
  await expect(runtime.run(id, { bundle: directory })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: 'process.terminal asks for a terminal that nobody takes',
  });
});
