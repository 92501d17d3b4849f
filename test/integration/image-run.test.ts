import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import type { ImageProcess } from '../../src/image/types.ts';
import { uniqueId } from '../support/bundle.ts';
import { needs } from '../support/conditions.ts';
import { parseProbes } from '../support/container.ts';
import { digestOfTree, inspectLayer, probes, storeWith } from '../support/layers.ts';
import type { Fill, TestStore } from '../support/layers.ts';
import type { Report } from '../support/report.ts';
import { run, RUNTS, until } from '../support/run.ts';
import type { Ended, RunOptions } from '../support/run.ts';

interface Machine extends TestStore {
  /** Directory of states. */
  readonly root: string;
  readonly runts: (args: readonly string[], options?: RunOptions) => Promise<Ended>;
  /** `run --image app` with these words after it. */
  readonly runApp: (...words: string[]) => Promise<Ended>;
  /** The same with --detach: what it has said, since a container would keep a pipe of ours open. */
  readonly detached: (...words: string[]) => Promise<string>;
  /** What the store has for containers. */
  readonly places: () => string[];
}

const texts =
  (files: Readonly<Record<string, string>>): Fill =>
  (layer) => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(layer, path, '..'), { recursive: true });
      writeFileSync(join(layer, path), text);
    }
  };

const LAYERS: readonly Fill[] = [
  inspectLayer,
  texts({ 'srv/kept': 'of the image', 'srv/gone': '', 'opt/hidden': '' }),
  texts({ 'srv/.wh.gone': '', 'opt/.wh..wh..opq': '', 'opt/new': '' }),
];

async function machineWith(context: TestContext, process?: ImageProcess): Promise<Machine> {
  const made = await storeWith(context, LAYERS, process);
  const root = join(made.scratch, 'state');
  const runts = (args: readonly string[], options?: RunOptions): Promise<Ended> =>
    run(RUNTS, ['--root', root, ...args], options);
  context.onTestFinished(async () => {
    const ids = existsSync(root) ? readdirSync(root).filter((name) => !name.startsWith('~')) : [];
    for (const id of ids) await runts(['delete', '--force', id]);
  });
  return {
    ...made,
    root,
    runts,
    runApp: (...words) => runts(['run', '--store', made.directory, '--image', 'app', ...words]),
    detached: async (...words) => {
      const file = join(made.scratch, 'said');
      const command = [
        RUNTS,
        '--root',
        root,
        'run',
        '--detach',
        '--store',
        made.directory,
        '--image',
        'app',
        ...words,
      ];
      const ended = await run('sh', ['-c', 'exec >"$0" 2>&1 "$@"', file, ...command]);
      expect(ended).toMatchObject({ status: 0 });
      return readFileSync(file, 'utf8').trim();
    },
    places: () => readdirSync(made.store.paths.containers),
  };
}

const states = ({ root }: Machine): string[] => readdirSync(root).filter((name) => !name.startsWith('~'));

it('runs the image, with the arguments of the command line, and leaves nothing behind', async (context) => {
  const machine = await machineWith(context, { Env: ['OF=image'], User: 'app' });
  const before = digestOfTree(machine.store.paths.layers);
  const plain = await machine.runApp();
  expect(plain).toMatchObject({ status: 0, stderr: '' });
  const report = JSON.parse(plain.stdout) as Report;
  expect(report).toMatchObject({ uid: 1000, gid: 1001, groups: [50], args: ['/bin/inspect', '--json'] });
  expect(report.env).toContain('OF=image');
  const look = probes(
    ['ls', '/srv'],
    ['ls', '/opt'],
    ['read', '/srv/kept'],
    ['write', '/srv/kept', 'x'],
    ['exit', '3'],
  );
  const ended = await machine.runApp('--user', '0', '--', ...look);
  expect(ended).toMatchObject({ status: 3, stderr: '' });
  const [srv, opt, kept, write] = parseProbes(ended.stdout);
  expect([srv?.value, opt?.value, kept?.value]).toEqual([['kept'], ['new'], 'of the image']);
  expect(write?.error).toBeUndefined();
  expect(machine.places()).toEqual([]);
  expect(states(machine)).toEqual([]);
  expect(digestOfTree(machine.store.paths.layers)).toBe(before);
});

it('a container that goes on keeps its files until it is deleted, and its image until then', async (context) => {
  const machine = await machineWith(context);
  const id = uniqueId();
  const sleep = probes(['write', '/mine', 'x'], ['sleep', '60']);
  await machine.detached('--name', id, ...sleep);
  const upper = join(machine.store.paths.containers, id, 'upper');
  await until('the file', () => existsSync(join(upper, 'mine')));
  await machine.store.remove(['app']);
  await machine.store.prune();
  const asked = await machine.runts(['exec', id, '/bin/inspect', 'read', '/srv/kept']);
  expect(parseProbes(asked.stdout)[0]?.value).toBe('of the image');
  expect(readdirSync(machine.store.paths.layers)).toHaveLength(3);
  expect(await machine.runts(['delete', '--force', id])).toMatchObject({ status: 0, stderr: '' });
  expect(machine.places()).toEqual([]);
  await machine.store.prune();
  expect(readdirSync(machine.store.paths.layers)).toEqual([]);
});

it('two at once see their own writes alone, under names that are made up', async (context) => {
  const machine = await machineWith(context);
  const ids: string[] = [];
  for (const text of ['first', 'second']) {
    const words = probes(['write', '/srv/kept', text], ['write', '/ready', ''], ['sleep', '60']);
    ids.push(/^[0-9a-f]{12}$/m.exec(await machine.detached(...words))?.[0] ?? 'none');
  }
  const [one = '', two = ''] = ids;
  const read = async (id: string): Promise<unknown> => {
    await until(id, () => existsSync(join(machine.store.paths.containers, id, 'upper/ready')));
    const asked = await machine.runts(['exec', id, '/bin/inspect', 'read', '/srv/kept']);
    return parseProbes(asked.stdout)[0]?.value;
  };
  expect([await read(one), await read(two)]).toEqual(['first', 'second']);
});

it('takes a variable, no writable layer and a user namespace from the command line', async (context) => {
  needs(context, 'user namespaces');
  const machine = await machineWith(context, { Env: ['A=image'] });
  const report = JSON.parse((await machine.runApp('-e', 'A=given', '--userns', '100000')).stdout) as Report;
  expect(report.env).toContain('A=given');
  expect(report.uidMap).toEqual([{ inside: 0, outside: 100_000, size: 65_536 }]);
  const ended = await machine.runApp('--read-only', ...probes(['write', '/x', '']));
  expect(parseProbes(ended.stdout)[0]?.error).toBe('EROFS');
});

it('what a creator leaves that is killed goes by prune', async (context) => {
  const machine = await machineWith(context);
  const id = uniqueId();
  const place = join(machine.store.paths.containers, id);
  mkdirSync(join(place, 'upper'), { recursive: true });
  writeFileSync(join(place, 'owner.json'), JSON.stringify({ id, root: machine.root }));
  await machine.store.prune();
  expect(machine.places()).toEqual([]);
});

it('a bundle of an image runs as any other, and keeps the layers for as long as it is there', async (context) => {
  const machine = await machineWith(context);
  const directory = join(machine.scratch, 'bundle');
  const words = ['image', 'bundle', '--store', machine.directory, '--json', '--user', 'app'];
  const ended = await machine.runts([...words, 'app', directory]);
  expect(ended).toMatchObject({ status: 0, stderr: '' });
  expect(JSON.parse(ended.stdout)).toMatchObject({ bundle: directory, warnings: [] });
  await machine.store.remove(['app']);
  await machine.store.prune();
  const ran = await machine.runts(['run', '--bundle', directory, uniqueId()]);
  expect(JSON.parse(ran.stdout)).toMatchObject({ uid: 1000, hostname: 'bundle' });
  const again = await machine.runts([...words, 'app', directory]);
  expect(again.status).toBe(1);
  rmSync(directory, { recursive: true });
  await machine.store.prune();
  expect(readdirSync(machine.store.paths.layers)).toEqual([]);
});

it('says what is wrong before anything is made', async (context) => {
  const machine = await machineWith(context);
  const failures: readonly (readonly [string[], string])[] = [
    [['--name', 'a/b'], 'invalid container ID format'],
    [['--bundle', '/b'], '--bundle and --image exclude each other'],
    [['--user', '+1'], 'user: "+1": "+1" is neither a number nor a user\'s name'],
    [['--env', 'A'], '--env: "A" is no NAME=VALUE'],
    [['--userns', 'x'], '--userns: "x" is no UID[:GID[:SIZE]]'],
  ];
  for (const [words, message] of failures) {
    const ended = await machine.runApp(...words);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain(message);
    expect(machine.places()).toEqual([]);
  }
  const missing = await machine.runts(['run', '--store', machine.directory, '--image', 'nothing']);
  expect(missing.stderr).toContain('image "nothing": is not in the store');
});

it('a program that is not there leaves nothing of its container', async (context) => {
  const machine = await machineWith(context, { Entrypoint: [] });
  const ended = await machine.runApp('/no/such/program');
  expect(ended.status).toBe(1);
  expect(machine.places()).toEqual([]);
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(machine.scratch);
});
