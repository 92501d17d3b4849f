import { existsSync, readFileSync, renameSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeConfig } from '../support/bundle.ts';
import { cgroupRoot, needs } from '../support/conditions.ts';
import { probing } from '../support/config.ts';
import {
  create,
  makeContainer,
  runContainer,
  startDetached,
  stateOf,
  statusOf,
  timeToCreate,
  waitForHandler,
  waitForStatus,
} from '../support/container.ts';
import { holdings } from '../support/leaks.ts';
import { until } from '../support/run.ts';
import type { RunOptions } from '../support/run.ts';

const sleeping = probing(['sleep', '60']);

describe('the life of a container', () => {
  it('create, start, kill, delete, with the state that goes with each', async (context) => {
    needs(context);
    const container = makeContainer(context, (config) => {
      sleeping(config);
      config.annotations = { 'org.example.b': '2', 'org.example.a': '1' };
    });
    expect(await create(container)).toMatchObject({ status: 0 });
    const created = await stateOf(container);
    expect(created).toMatchObject({
      ociVersion: expect.stringMatching(/^1\.\d+\.\d+/) as string,
      id: container.id,
      status: 'created',
      bundle: container.directory,
      rootfs: container.rootfs,
      annotations: { 'org.example.a': '1', 'org.example.b': '2' },
      owner: '',
    });
    expect(created.pid).toBeGreaterThan(1);
    expect(Date.now() - Date.parse(created.created)).toBeLessThan(60_000);
    expect(await container.runts(['start', container.id])).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '',
    });
    expect(await stateOf(container)).toMatchObject({
      status: 'running',
      pid: created.pid,
      created: created.created,
    });
    await waitForHandler(created.pid, constants.signals.SIGTERM);
    expect(await container.runts(['kill', container.id, 'TERM'])).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '',
    });
    await waitForStatus(container, 'stopped');
    expect((await stateOf(container)).pid).toBe(0);
    expect(await container.runts(['delete', container.id])).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '',
    });
    expect(holdings(container.id, container.state).processes).toEqual([]);
    expect(holdings(container.id).cgroups).toEqual([]);
  });

  it('without a process it can be created and entered, and start says what is missing', async (context) => {
    needs(context);
    const container = makeContainer(context, (config) => {
      Reflect.deleteProperty(config, 'process');
    });
    expect(await create(container)).toMatchObject({ status: 0 });
    expect(await statusOf(container)).toBe('created');
    const entered = await container.runts(['exec', container.id, '/bin/inspect', 'stat', '/dev/null']);
    expect(entered).toMatchObject({ status: 0, stderr: '' });
    const started = await container.runts(['start', container.id]);
    expect(started.status).toBe(1);
    expect(started.stderr).toContain('config.json: /process: is not there, and start needs it');
    expect(await statusOf(container)).toBe('created');
    expect(await container.runts(['delete', container.id])).toMatchObject({ status: 0, stderr: '' });
    const ran = await runContainer(container);
    expect(ran.status).toBe(1);
    expect(ran.stderr).toContain('/process: is not there');
    expect(existsSync(join(container.state, container.id))).toBe(false);
  });

  it('create runs nothing of the program, and start does with the config of create', async (context) => {
    needs(context);
    const container = makeContainer(context, probing(['write', '/tmp/ran', 'first']));
    expect(await create(container)).toMatchObject({ status: 0 });
    expect(existsSync(join(container.rootfs, 'tmp/ran'))).toBe(false);
    probing(['write', '/tmp/ran', 'second'])(container.config);
    writeConfig(container);
    expect(await container.runts(['start', container.id])).toMatchObject({ status: 0 });
    const text = () =>
      existsSync(join(container.rootfs, 'tmp/ran'))
        ? readFileSync(join(container.rootfs, 'tmp/ran'), 'utf8')
        : '';
    await until('the program to write', () => text() !== '');
    expect(text()).toBe('first');
  });

  it('start is for created containers only', async (context) => {
    needs(context);
    const container = makeContainer(context, sleeping);
    await startDetached(container);
    const again = await container.runts(['start', container.id]);
    expect(again).toMatchObject({ status: 1 });
    expect(again.stderr).toContain('cannot start an already running container');
    await container.runts(['kill', container.id, 'KILL']);
    await waitForStatus(container, 'stopped');
    const stopped = await container.runts(['start', container.id]);
    expect(stopped).toMatchObject({ status: 1 });
    expect(stopped.stderr).toContain('cannot start a container that has stopped');
  });

  it('a program that cannot be executed fails create or start, and start leaves it stopped', async (context) => {
    needs(context);
    const container = makeContainer(context, ({ process }) => {
      process.args = ['missing-program'];
    });
    const log = join(container.scratch, 'log');
    const created = await container.runts(['--log', log, 'create', '-b', container.directory, container.id], {
      capture: false,
    });
    if (created.status === 0) {
      const started = await container.runts(['start', container.id]);
      expect(started.status).toBe(1);
      expect(started.stderr).toContain('executable file not found in $PATH');
      await waitForStatus(container, 'stopped');
    } else {
      expect(readFileSync(log, 'utf8')).toContain('executable file not found in $PATH');
      expect(holdings(container.id)).toMatchObject({ processes: [], cgroups: [] });
    }
  });

  it('an id is used once at a time', async (context) => {
    needs(context);
    const container = makeContainer(context, sleeping);
    await create(container);
    const again = await container.runts(['create', '-b', container.directory, container.id]);
    expect(again.status).toBe(1);
    expect(again.stderr).toContain('container with given ID already exists');
    expect(await statusOf(container)).toBe('created');
  });

  it.for(['', '.', '..', 'a/b', '../x', 'a b', 'ü'])('the id %j is refused', async (id, context) => {
    needs(context);
    const container = makeContainer(context);
    const ended = await container.runts(['run', '-b', container.directory, id]);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(/invalid container ID format|container id cannot be empty/);
  });

  it('delete is for stopped and created containers, with --force for all', async (context) => {
    needs(context);
    const container = makeContainer(context, sleeping);
    await startDetached(container);
    const refused = await container.runts(['delete', container.id]);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(`cannot delete container ${container.id} that is not stopped: running`);
    expect(await statusOf(container)).toBe('running');
    expect(await container.runts(['delete', '--force', container.id])).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(holdings(container.id)).toMatchObject({ processes: [], cgroups: [] });
    await create(container);
    expect(await container.runts(['delete', container.id])).toMatchObject({ status: 0 });
    expect(holdings(container.id)).toMatchObject({ processes: [], cgroups: [] });
  });

  it('a container that does not exist is one in the words of runc; delete --force is content', async (context) => {
    needs(context);
    const container = makeContainer(context);
    for (const args of [['state'], ['start'], ['kill'], ['delete'], ['pause'], ['resume'], ['ps']]) {
      const ended = await container.runts([...args, 'nobody']);
      expect(ended.status, args[0]).toBe(1);
      expect(ended.stderr, args[0]).toContain('container does not exist');
    }
    expect(await container.runts(['delete', '--force', 'nobody'])).toMatchObject({ status: 0 });
  });

  it('kill and delete --regex act on all containers that match', async (context) => {
    needs(context);
    const [first, second] = [makeContainer(context, sleeping), makeContainer(context, sleeping)];
    const both = [first, { ...second, state: first.state, runts: first.runts }] as const;
    context.onTestFinished(async () => void (await first.runts(['delete', '--force', second.id])));
    for (const container of both) await startDetached(container);
    const pattern = `^(${first.id}|${second.id})$`;
    expect((await first.runts(['delete', '--regex', pattern])).stderr).toContain('that is not stopped');
    expect(await first.runts(['kill', '--regex', pattern, 'KILL'])).toMatchObject({ status: 0, stderr: '' });
    for (const container of both) await waitForStatus(container, 'stopped');
    expect(await first.runts(['delete', '-r', 'matches-nothing'])).toMatchObject({ status: 0 });
    expect(await first.runts(['delete', '-r', pattern])).toMatchObject({ status: 0, stderr: '' });
    expect((await first.runts(['list', '--quiet'])).stdout).toBe('');
  });

  it('--config names another file than config.json', async (context) => {
    needs(context);
    const container = makeContainer(context, probing(['read', '/etc/group']));
    renameSync(join(container.directory, 'config.json'), join(container.scratch, 'other.json'));
    const args = ['run', '-b', container.directory, '-f', 'other.json', container.id];
    expect(await container.runts(args, { cwd: container.scratch })).toMatchObject({ status: 0, stderr: '' });
  });

  it('delete --force clears a directory that a runtime left behind', async (context) => {
    needs(context);
    const container = makeContainer(context, sleeping);
    await create(container);
    const directory = join(container.state, container.id);
    await container.runts(['kill', container.id, 'KILL']);
    await waitForStatus(container, 'stopped');
    writeFileSync(join(directory, 'state.json'), '{');
    await container.runts(['delete', '--force', container.id]);
    expect(existsSync(directory)).toBe(false);
    // Nothing that can be read says which cgroup was its own, so that stays, empty.
    const cgroup = join(cgroupRoot ?? '', 'runts-test', container.id);
    if (existsSync(cgroup)) rmdirSync(cgroup);
  });

  it('run deletes the container when it ends, with --keep it does not', async (context) => {
    needs(context);
    const gone = makeContainer(context);
    expect(await runContainer(gone)).toMatchObject({ status: 0 });
    expect(existsSync(join(gone.state, gone.id))).toBe(false);
    const kept = makeContainer(context);
    expect(await kept.runts(['run', '--keep', '-b', kept.directory, kept.id])).toMatchObject({ status: 0 });
    expect(await statusOf(kept)).toBe('stopped');
    expect(await kept.runts(['delete', kept.id])).toMatchObject({ status: 0 });
  });

  it('run --detach comes back at once, with the pid file written', async (context) => {
    needs(context);
    const container = makeContainer(context, sleeping);
    const file = join(container.scratch, 'pid');
    const flags = ['--detach', '--pid-file', file, '-b', container.directory];
    expect(await container.runts(['run', ...flags, container.id], { capture: false })).toMatchObject({
      status: 0,
    });
    const { pid, status } = await stateOf(container);
    expect(status).toBe('running');
    expect(readFileSync(file, 'utf8')).toBe(String(pid));
  });

  it('list and list --quiet name the containers of the root', async (context) => {
    needs(context);
    const container = makeContainer(context, sleeping);
    expect((await container.runts(['list', '--format', 'json'])).stdout).toMatch(/^(null)?\n?$/);
    await create(container);
    const json = await container.runts(['list', '--format', 'json']);
    expect(JSON.parse(json.stdout)).toMatchObject([{ id: container.id, status: 'created', owner: 'root' }]);
    expect((await container.runts(['list', '-q'])).stdout).toBe(`${container.id}\n`);
    expect((await container.runts(['list'])).stdout).toMatch(/^ID +PID +STATUS +BUNDLE +CREATED +OWNER\n/);
  });

  it('ps lists the processes with the pids of the host', async (context) => {
    needs(context);
    const container = makeContainer(context, probing(['spawn', '2', '60'], ['sleep', '60']));
    await startDetached(container);
    const pids = async (options?: RunOptions) =>
      JSON.parse(
        (await container.runts(['ps', '--format', 'json', container.id], options)).stdout,
      ) as number[];
    const some = { unrecorded: 'asked until all have started' };
    for (let i = 0; i < 50 && (await pids(some)).length < 3; i++);
    const found = await pids();
    expect(found).toHaveLength(3);
    expect(found).toContain((await stateOf(container)).pid);
    const table = await container.runts(['ps', container.id]);
    expect(table.stdout.trim().split('\n')).toHaveLength(4);
  });

  it('two containers from one bundle run at once', async (context) => {
    needs(context);
    const container = makeContainer(context, (config) => {
      sleeping(config);
      delete config.linux.cgroupsPath;
    });
    const second = { ...container, id: `${container.id}-2` };
    await startDetached(container);
    await startDetached(second);
    expect(await statusOf(second)).toBe('running');
    for (const each of [container, second]) await container.runts(['delete', '--force', each.id]);
    expect(holdings(container.id)).toMatchObject({ processes: [], cgroups: [] });
  });

  it('a runtime that is killed during create leaves what delete --force clears', async (context) => {
    needs(context);
    const container = makeContainer(context, sleeping);
    const timeout = Math.ceil((await timeToCreate(container)) / 2);
    await create(container, [], { timeout, unrecorded: 'the kill may come too late' });
    expect(await container.runts(['delete', '--force', container.id])).toMatchObject({ status: 0 });
    await until('everything to be gone', () => {
      const left = holdings(container.id, container.state);
      return left.processes.length + left.cgroups.length === 0;
    });
    expect(existsSync(join(container.state, container.id))).toBe(false);
  });

  it('features and --version say what clients look for', async (context) => {
    needs(context);
    const container = makeContainer(context);
    const features = JSON.parse((await container.runts(['features'])).stdout) as Record<string, unknown>;
    expect(features).toMatchObject({
      ociVersionMin: '1.0.0',
      linux: { mountExtensions: { idmap: { enabled: true } } },
    });
    expect(features['mountOptions']).toContain('rro');
    const version = await container.runts(['--version']);
    expect(version.stdout).toMatch(/version \d+\.\d+\.\d+/);
    expect(version.stdout).toMatch(/^spec: 1\.\d+\.\d+/m);
  });

  it('spec writes a config that runs', async (context) => {
    needs(context);
    const container = makeContainer(context);
    const file = join(container.directory, 'config.json');
    rmSync(file);
    expect(await container.runts(['spec', '--bundle', container.directory])).toMatchObject({
      status: 0,
      stderr: '',
    });
    const again = await container.runts(['spec', '--bundle', container.directory]);
    expect(again.stderr).toContain('File config.json exists. Remove it first');
    const config = JSON.parse(readFileSync(file, 'utf8')) as {
      process: { terminal: boolean; args: string[] };
    };
    config.process.terminal = false;
    config.process.args = ['/bin/inspect', '--json'];
    writeFileSync(file, JSON.stringify(config));
    expect(await runContainer(container)).toMatchObject({ status: 0, stderr: '' });
  });
});
