import { execFile, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Execution, Spec } from '../../src/index.ts';
import { needs } from '../support/conditions.ts';
import { probing } from '../support/config.ts';
import { running, withLibrary } from '../support/library.ts';
import { ROOT } from '../support/run.ts';

const threads = (): number => readdirSync('/proc/self/task').length;

/** Descriptors of this process that a program which it executes would inherit, by what they are. */
function inherited(): string[] {
  return readdirSync('/proc/self/fdinfo')
    .filter((fd) => Number(fd) > 2)
    .flatMap((fd) => {
      try {
        const flags =
          /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0';
        const isKept = (Number.parseInt(flags, 8) & 0o2000000) === 0;
        return isKept ? [readlinkSync(`/proc/self/fd/${fd}`)] : [];
      } catch {
        return [];
      }
    })
    .sort();
}

describe('the process that makes containers', () => {
  it('gives none of their descriptors to its other children', async (context) => {
    needs(context);
    const before = inherited();
    const { runtime, container, id, config, rootfs } = await running(context);
    const linux = { ...config.linux, cgroupsPath: `${config.linux.cgroupsPath}-run` };
    const spec = { ...config, linux } as unknown as Spec;
    const waiting = container.wait();
    const piped = container.exec(['/bin/inspect', 'sleep', '60'], { stdio: 'pipe' });
    const run = runtime.run(`${id}-run`, { spec, rootfs, stdio: { terminal: { width: 80, height: 24 } } });
    await Promise.all([piped.started, run.started]);
    expect(inherited()).toEqual(before);
    for (const execution of [piped, run]) execution.kill('SIGKILL');
    await Promise.all([piped, run]);
    await container.kill('SIGKILL');
    await waiting;
  });

  it('keeps the ends of its own children', async (context) => {
    needs(context);
    const { runtime, id, directory } = await withLibrary(context, probing(['exit', '0']));
    const script = `
      const { Runtime } = await import('${join(ROOT, 'dist/index.js')}');
      const { spawn, spawnSync } = await import('node:child_process');
      const [root, bundle, id] = process.argv.slice(1);
      const runtime = await Runtime.open({ root });
      const run = () => runtime.run(id, { bundle, stdio: 'ignore' });
      const exits = [await run()];
      const own = spawn('sh', ['-c', 'exit 3']);
      const ended = new Promise((resolve) => own.once('exit', resolve));
      exits.push(await run());
      console.log(JSON.stringify({ exits, own: await ended, sync: spawnSync('sh', ['-c', 'exit 4']).status }));
    `;
    const args = ['--input-type=module', '--eval', script, runtime.root, directory, id];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    expect(JSON.parse(stdout)).toEqual({ exits: [{ code: 0 }, { code: 0 }], own: 3, sync: 4 });
  });

  it('is not kept from ending by a container that it has created', async (context) => {
    needs(context);
    const { runtime, id, directory } = await withLibrary(context, probing(['sleep', '60']));
    const script = `
      const { Runtime } = await import('${join(ROOT, 'dist/index.js')}');
      const [root, bundle, id] = process.argv.slice(1);
      const container = await (await Runtime.open({ root })).create(id, { bundle });
      await container.start();
    `;
    const args = ['--input-type=module', '--eval', script, runtime.root, directory, id];
    await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
    const container = await runtime.get(id);
    expect((await container.state()).status).toBe('running');
    await container.delete({ force: true });
  });

  it('is kept from ending by what it waits for', async (context) => {
    needs(context);
    const { runtime, id, directory, state } = await withLibrary(context, probing(['sleep', '60']));
    const script = `
      const { Runtime } = await import('${join(ROOT, 'dist/index.js')}');
      const [root, bundle, id] = process.argv.slice(1);
      const runtime = await Runtime.open({ root });
      const container = await runtime.create(id, { bundle });
      await container.start();
      setTimeout(() => container.kill('SIGKILL'), 100).unref();
      console.log(JSON.stringify(await container.wait()));
      await container.delete();
      const another = await runtime.create(id, { bundle });
      await another.start();
      await another.delete({ force: true });
    `;
    const args = ['--input-type=module', '--eval', script, runtime.root, directory, id];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
    expect(JSON.parse(stdout)).toEqual({ code: 137, signal: 'SIGKILL' });
    expect(readdirSync(state)).not.toContain(id);
  });

  it('waits on no thread for what it has under way', async (context) => {
    needs(context);
    const { container } = await running(context);
    const executions: Execution[] = [];
    const begin = async (): Promise<void> => {
      const execution = container.exec(['/bin/inspect', 'sleep', '60'], { stdio: 'ignore' });
      executions.push(execution);
      await execution.started;
    };
    await begin();
    const before = threads();
    for (let count = 0; count < 20; count++) await begin();
    expect(threads()).toBeLessThan(before + 10);
    for (const execution of executions) execution.kill('SIGKILL');
    await Promise.all(executions);
  });

  it('goes on after an error that nobody handles', async (context) => {
    needs(context);
    const { runtime } = await withLibrary(context);
    const script = `
      const { Runtime } = await import('${join(ROOT, 'dist/index.js')}');
      const runtime = await Runtime.open({ root: process.argv[1] });
      const begin = () => runtime.run('demo', { bundle: '/does/not/exist' });
      begin();
      await begin().started.catch(() => {});
      setImmediate(() => console.log('alive'));
    `;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script, runtime.root]);
    let output = '';
    child.stdout.on('data', (part: Buffer) => (output += String(part)));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ code, output }).toEqual({ code: 0, output: 'alive\n' });
  });
});
