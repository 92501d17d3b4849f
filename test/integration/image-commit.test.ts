/** What image commit makes of an upper layer: the same tree, as an image that others can run. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { nodeHost } from '../../src/host/node.ts';
import { changedContainer } from '../../src/image/changes/container.ts';
import { whilePaused } from '../../src/image/changes/paused.ts';
import { uniqueId } from '../support/bundle.ts';
import { parseProbes } from '../support/container.ts';
import { inspectLayer, probes, storeWith } from '../support/layers.ts';
import type { Fill } from '../support/layers.ts';
import { changeInside } from '../support/overlay.ts';
import { run, RUNTS, until } from '../support/run.ts';
import type { Ended, RunOptions } from '../support/run.ts';

const FILES: Fill = (layer) => {
  for (const name of ['srv/deep/er', 'opt']) mkdirSync(join(layer, name), { recursive: true });
  for (const name of ['srv/kept', 'srv/gone', 'srv/deep/er/file', 'opt/hidden'])
    writeFileSync(join(layer, name), `${name} of the image`);
};

interface Machine {
  readonly scratch: string;
  readonly image: (verb: string, args: readonly string[], options?: RunOptions) => Promise<Ended>;
  readonly inImage: (image: string, ...words: string[]) => Promise<Ended>;
  readonly runts: (...args: string[]) => Promise<Ended>;
  /** A bundle of `app` in which these shell commands have changed the root. */
  readonly changed: (commands: string, name?: string) => Promise<string>;
}

async function machine(context: TestContext): Promise<Machine> {
  const { scratch, directory } = await storeWith(context, [inspectLayer, FILES]);
  const root = join(scratch, 'state');
  const image: Machine['image'] = (verb, args, options) =>
    run(RUNTS, ['--root', root, 'image', verb, '--store', directory, ...args], options);
  return {
    scratch,
    image,
    runts: (...args) => run(RUNTS, ['--root', root, ...args]),
    inImage: (name, ...words) =>
      run(RUNTS, ['--root', root, 'run', '--store', directory, '--image', name, '--', ...words]),
    async changed(commands, name = 'bundle') {
      const bundle = join(scratch, name);
      expect(await image('bundle', ['app', bundle])).toMatchObject({ status: 0 });
      await changeInside({ directory: bundle }, commands);
      return bundle;
    },
  };
}

/** The id of a container of `app` that goes on after it has written /srv/mine. */
async function running(
  context: TestContext,
  { scratch, runts }: Machine,
  flags: readonly string[] = [],
): Promise<string> {
  const id = uniqueId();
  const [root, store] = [join(scratch, 'state'), join(scratch, 'store')];
  context.onTestFinished(async () => void (await runts('delete', '--force', id)));
  const command = [
    RUNTS,
    '--root',
    root,
    ...flags,
    'run',
    '-d',
    '--store',
    store,
    '--image',
    'app',
    '--name',
    id,
  ];
  const words = probes(['write', '/srv/mine', 'mine'], ['sleep', '60']);
  await run('sh', ['-c', 'exec >"$0" 2>&1 "$@"', join(scratch, 'said'), ...command, '--', ...words]);
  await until('its file', () => existsSync(join(store, 'containers', id, 'upper/srv/mine')));
  return id;
}

async function statusOf({ scratch }: Machine, id: string): Promise<string> {
  const asked = { unrecorded: 'asked until it changes' };
  const { stdout } = await run(RUNTS, ['--root', join(scratch, 'state'), 'state', id], asked);
  return (JSON.parse(stdout) as { status: string }).status;
}

const TIME = ['--created', '2026-01-31T12:00:00Z'];

const digestOf = ({ stdout }: Ended): string => (JSON.parse(stdout) as { digest: string }).digest;

async function committed(
  { image }: Machine,
  bundle: string,
  name: string,
  ...flags: string[]
): Promise<string> {
  const ended = await image('commit', ['--json', ...flags, bundle, name]);
  expect(ended).toMatchObject({ status: 0, stderr: '' });
  return digestOf(ended);
}

/** The names in the last layer of an image, as GNU tar reads them from what save wrote. */
async function lastLayer({ image, scratch }: Machine, name: string, options = ['--list']): Promise<string[]> {
  const out = join(scratch, 'out');
  const saved = await image('save', [name, `${out}/`], {
    unrecorded: 'tells the size, which a race decides',
  });
  expect(saved).toMatchObject({ status: 0 });
  const read = (digest: string): Buffer => readFileSync(join(out, 'blobs', digest.replace(':', '/')));
  const index = JSON.parse(readFileSync(join(out, 'index.json'), 'utf8')) as {
    manifests: [{ digest: string }];
  };
  const { layers } = JSON.parse(read(index.manifests[0].digest).toString()) as {
    layers: { digest: string }[];
  };
  const input = read(layers.at(-1)?.digest ?? '');
  rmSync(out, { recursive: true });
  return execFileSync('tar', ['--gzip', ...options], { input, encoding: 'utf8' })
    .trim()
    .split('\n');
}

describe('image commit', () => {
  it('makes an image in which changes stay, and what was deleted stays deleted', async (context) => {
    const here = await machine(context);
    const bundle = await here.changed(
      'echo mine >srv/mine; rm -r srv/gone srv/deep; rm -r opt; mkdir opt; echo new >opt/new',
    );
    await committed(here, bundle, 'changed');
    const look = probes(['ls', '/srv'], ['ls', '/opt'], ['read', '/srv/mine'], ['read', '/srv/kept']);
    const { stdout } = await here.inImage('changed', ...look);
    expect(parseProbes(stdout).map(({ value }) => value)).toEqual([
      ['kept', 'mine'],
      ['new'],
      'mine\n',
      'srv/kept of the image',
    ]);
    expect(await lastLayer(here, 'changed')).toEqual([
      'opt/',
      'opt/.wh.hidden',
      'opt/new',
      'srv/',
      'srv/.wh.deep',
      'srv/.wh.gone',
      'srv/mine',
    ]);
  });

  it('commits what a container that runs has done, and lets it go on', async (context) => {
    const here = await machine(context);
    const id = await running(context, here);
    expect((await here.runts('image', 'diff', id)).stdout).toContain('A /srv/mine\n');
    await committed(here, id, 'of-running');
    expect(await statusOf(here, id)).toBe('running');
    const { stdout } = await here.inImage('of-running', 'read', '/srv/mine');
    expect(parseProbes(stdout)[0]?.value).toBe('mine');
  });

  it('commits what a container was that is killed while it is paused', async (context) => {
    const here = await machine(context);
    const id = await running(context, here);
    const own = {
      host: nodeHost(),
      root: join(here.scratch, 'state'),
      cgroupManager: 'cgroupfs',
      warn: () => {},
    } as const;
    const seen = await whilePaused(own, changedContainer(own, id), async () => {
      const paused = await statusOf(here, id);
      await here.runts('kill', id, 'KILL');
      while ((await statusOf(here, id)) !== 'stopped');
      return paused;
    });
    expect(seen).toBe('paused');
  });

  it('says how a container is committed that cannot be paused', async (context) => {
    const here = await machine(context);
    const id = await running(context, here, ['--cgroup-manager', 'disabled']);
    const refused = await here.image('commit', [id, 'unpaused']);
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('--no-pause') as string });
    expect(await here.image('commit', ['--no-pause', id, 'unpaused'])).toMatchObject({ status: 0 });
  });

  it('gives the same changes the same digest, wherever they were made', async (context) => {
    const here = await machine(context);
    const change = 'echo x >srv/new; rm srv/gone; touch -d @1000000000 srv/new srv';
    const [one, other] = [await here.changed(change, 'one'), await here.changed(change, 'other')];
    const digest = await committed(here, one, 'one', ...TIME);
    expect(await committed(here, other, 'other', ...TIME)).toBe(digest);
    const env = { SOURCE_DATE_EPOCH: String(Date.parse('2026-01-31T12:00:00Z') / 1000) };
    const dated = await here.image('commit', ['--json', one, 'dated'], { env });
    expect(digestOf(dated)).toBe(digest);
  });

  it('keeps owners, modes, times, attributes, links and devices', async (context) => {
    const here = await machine(context);
    const bundle = await here.changed(`
      cd srv; echo x >a; ln a b; ln -s a c; mknod d c 1 3; mkfifo e; chown 5:6 a; chmod 4755 a
      $INSPECT setxattr a user.kept v; $INSPECT setxattr a trusted.left out; truncate -s 100000 holes
      touch -d '2020-01-01 00:00:00.123456789 UTC' a; echo x >"$(printf 'bytes\\377')"; cd ..`);
    await committed(here, bundle, 'kept');
    const again = join(here.scratch, 'again');
    await here.image('bundle', ['kept', again]);
    expect((await here.runts('image', 'diff', again)).stdout).toBe('');
    const look = `cd srv; stat -c '%n %F %a %u %g %h %s %t %T %y' a b c d e holes; ls -b; $INSPECT getxattr a user.kept; cd ..`;
    const seen = await changeInside({ directory: again }, look);
    expect(seen).toBe(await changeInside({ directory: bundle }, look));
    expect(seen).toContain('a regular file 4755 5 6 2 2 0 0 2020-01-01 00:00:00.123456789');
    expect(await changeInside({ directory: again }, '$INSPECT getxattr srv/a trusted.left || :')).toContain(
      'ENODATA',
    );
  });

  it('reads nothing but the upper layer, whatever a program does there meanwhile', async (context) => {
    const here = await machine(context);
    const bundle = await here.changed('mkdir srv/a; for i in $(seq 200); do echo $i >srv/a/$i; done');
    const outside = join(here.scratch, 'outside');
    mkdirSync(outside);
    for (let number = 1; number <= 200; number += 1) writeFileSync(join(outside, String(number)), 'secret');
    const stop = join(here.scratch, 'stop');
    const racing = `cd "$0/upper/srv"; until [ -e "$2" ]; do mv a b; ln -s "$1" a; rm a; mv b a; : >a/7; echo 7777777 >a/7; rm -f a/9; echo 9 >a/9; done`;
    const racer = run('sh', ['-c', racing, bundle, outside, stop], {
      unrecorded: 'no command of runts',
      timeout: 60_000,
    });
    try {
      for (const round of [1, 2]) {
        const { status, stderr } = await here.image('commit', ['--no-pause', bundle, `raced${round}`], {
          unrecorded: 'what is warned of depends on who comes first',
        });
        expect({ status, stderr: stderr.replaceAll(/^runts: warning: .*\n/gm, '') }).toEqual({
          status: 0,
          stderr: '',
        });
        expect(await lastLayer(here, `raced${round}`, ['--extract', '--to-stdout'])).not.toContain('secret');
      }
    } finally {
      writeFileSync(stop, '');
      await racer;
    }
  });

  it('sees owners as a container in a user namespace does', async (context) => {
    const here = await machine(context);
    const bundle = join(here.scratch, 'mapped');
    await here.image('bundle', ['--userns', '100000', 'app', bundle]);
    const script = probes(
      ['write', '/srv/mine', 'x'],
      ['chown', '/srv/mine', '1000', '5'],
      ['write', '/srv/root', 'x'],
    );
    const config = join(bundle, 'config.json');
    const spec = JSON.parse(readFileSync(config, 'utf8')) as { process: { args: string[] } };
    spec.process.args = ['/bin/inspect', ...script];
    writeFileSync(config, JSON.stringify(spec));
    const ran = await here.runts('run', '--bundle', bundle, uniqueId());
    expect(parseProbes(ran.stdout).map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
    expect((await here.runts('image', 'diff', bundle)).stdout).toBe('M /srv\nA /srv/mine\nA /srv/root\n');
    await committed(here, bundle, 'mapped-image');
    const listed = (await lastLayer(here, 'mapped-image', ['--list', '--verbose', '--numeric-owner'])).join(
      '\n',
    );
    expect(listed).toMatch(/ 0\/0 .* srv\/$/m);
    expect(listed).toMatch(/ 1000\/5 .* srv\/mine$/m);
    expect(listed).toMatch(/ 0\/0 .* srv\/root$/m);
  });

  it('changes what the image runs', async (context) => {
    const here = await machine(context);
    const changes = [
      'CMD ["read", "/etc/passwd"]',
      'env A=b c',
      'LABEL a=b',
      'USER 0:5',
      'WORKDIR /srv',
      'VOLUME /a',
      'EXPOSE 80/tcp 81',
    ];
    const flags = changes.flatMap((change) => ['--change', change]);
    await committed(here, await here.changed(':'), 'told', ...flags);
    const { config } = JSON.parse((await here.image('inspect', ['--json', 'told'])).stdout) as {
      config: object;
    };
    expect(config).toMatchObject({
      config: {
        Entrypoint: ['/bin/inspect'],
        Cmd: ['read', '/etc/passwd'],
        Env: ['A=b c'],
        Labels: { a: 'b' },
        User: '0:5',
        WorkingDir: '/srv',
        Volumes: { '/a': {} },
        ExposedPorts: { '80/tcp': {}, 81: {} },
      },
    });
    expect(parseProbes((await here.inImage('told')).stdout)[0]?.value).toContain('root:x:0:0');
  });

  it('adds nothing but history where nothing has changed', async (context) => {
    const here = await machine(context);
    await committed(here, await here.changed(':'), 'same', '--message', 'why', '--author', 'who');
    const { config, manifest } = JSON.parse((await here.image('inspect', ['--json', 'same'])).stdout) as {
      config: { history: object[]; author: string };
      manifest: { layers: object[] };
    };
    expect(manifest.layers).toHaveLength(2);
    expect(config.author).toBe('who');
    expect(config.history).toMatchObject([{}, {}, { comment: 'why', author: 'who', empty_layer: true }]);
  });
});

describe('what cannot be committed', () => {
  it.for<[string, string, string[], string]>([
    [
      'a name of whiteouts',
      'touch srv/.wh.x',
      [],
      '"srv/.wh.x": a layer cannot have a name that begins with .wh.',
    ],
    ['a time that is none', ':', ['--created', 'tomorrow'], '--created: "tomorrow" is no time'],
    [
      'more than the budget',
      'touch srv/a srv/b',
      ['--max-layer-entries', '1'],
      '--max-layer-entries raises that limit',
    ],
  ])('is %s, and nothing stays', async ([, commands, flags, message], context) => {
    const here = await machine(context);
    const ended = await here.image('commit', [...flags, await here.changed(commands), 'new']);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain(message);
    expect((await here.image('list', ['--quiet'])).stdout).toBe('app\n');
    expect((await here.image('prune', [])).stdout).toBe('0 B freed, of 0 layers\n');
  });

  it('is a name for the image that is none', async (context) => {
    const here = await machine(context);
    const { stderr } = await here.image('commit', [await here.changed(':'), 'a b']);
    expect(stderr).toContain('image: "a b" cannot be a name');
  });
});
