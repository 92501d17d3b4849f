/** The command line of images: what it prints for people and for programs. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { RUNTS } from '../support/entry.ts';
import { blobName, imageOf, layerOf, layoutOf, scratch, sha256, writeFiles } from '../support/image.ts';
import { run } from '../support/run.ts';
import type { Ended } from '../support/run.ts';

const image = imageOf([layerOf({ 'etc/one': 'one' }), layerOf({ 'etc/two': 'two' })], {
  config: { created: '2026-01-31T12:00:00Z', config: { Cmd: ['/bin/sh'], Labels: { a: 'b' } } },
});
const digest = sha256(image.manifest);
const short = digest.slice('sha256:'.length).slice(0, 12);

interface Place {
  readonly directory: string;
  readonly runts: (...args: string[]) => Promise<Ended>;
}

/** A layout with the image, and commands on a store beside it. */
function place(context: TestContext): Place {
  const directory = scratch(context);
  writeFiles(join(directory, 'layout'), layoutOf([{ image, name: 'example:1' }]));
  const runts = (verb = '', ...args: string[]): Promise<Ended> =>
    run(RUNTS, ['image', verb, '--store', join(directory, 'store'), ...args], { cwd: directory });
  return { directory, runts };
}

const json = ({ stdout }: Ended): unknown => JSON.parse(stdout);

describe('runts image', () => {
  it('load tells the name, the digest and what was new', async (context) => {
    const { runts } = place(context);
    expect(await runts('load', 'layout')).toMatchObject({
      status: 0,
      stdout: `example:1  ${short}  2 layers, 2 new\n`,
      stderr: '',
    });
    expect((await runts('load', 'layout', '--name', 'other')).stdout).toBe(
      `other  ${short}  2 layers, 0 new\n`,
    );
    expect(json(await runts('load', 'layout', '--json'))).toMatchObject([
      { names: ['example:1'], digest, layers: [{ isNew: false }, { isNew: false }] },
    ]);
  });

  it('list is a table, names, or JSON', async (context) => {
    const { runts } = place(context);
    expect((await runts('list')).stdout).toBe('NAME        DIGEST      SIZE        LAYERS      CREATED\n');
    await runts('load', 'layout');
    const size = image.layers.reduce((sum, { blob }) => sum + blob.length, 0);
    const cells = ['example:1', short, `${size} B`, '2', '2026-01-31T12:00:00Z'];
    expect((await runts('list')).stdout.split('\n')[1]?.split(/\s{2,}/)).toEqual(cells);
    expect((await runts('list', '--quiet')).stdout).toBe('example:1\n');
    expect(json(await runts('list', '--json'))).toMatchObject([
      { name: 'example:1', digest, layers: 2, size },
    ]);
  });

  it('inspect tells what an image runs and has', async (context) => {
    const { runts } = place(context);
    await runts('load', 'layout');
    const { stdout } = await runts('inspect', short);
    expect(stdout).toContain(`digest:      ${digest}\n`);
    expect(stdout).toContain('command:     ["/bin/sh"]\n');
    expect(stdout).toContain('labels:      a=b\n');
    expect(json(await runts('inspect', '--json', 'example:1'))).toMatchObject({
      names: ['example:1'],
      config: { config: { Cmd: ['/bin/sh'] } },
      layers: image.layers.map(({ diffId }) => ({ diffId })),
    });
  });

  it('save writes an archive, also to standard output', async (context) => {
    const { directory, runts } = place(context);
    await runts('load', 'layout');
    expect((await runts('save', 'example:1', 'out.tar')).stdout).toContain(`example:1  ${short}`);
    const script = 'exec "$0" image save --store store example:1 - >piped.tar';
    expect(await run('sh', ['-c', script, RUNTS], { cwd: directory })).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(readFileSync(join(directory, 'piped.tar'))).toEqual(readFileSync(join(directory, 'out.tar')));
  });

  it('verify fails where something is damaged, and says what', async (context) => {
    const { directory, runts } = place(context);
    await runts('load', 'layout');
    expect(await runts('verify')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^1 image, 2 layers, \d blobs: all as they should be\n$/) as string,
    });
    const [{ blob } = { blob: Buffer.of() }] = image.layers;
    writeFileSync(join(directory, 'store', blobName(blob)), Buffer.alloc(blob.length));
    const { status, stdout } = await runts('verify', 'example:1');
    expect(status).toBe(1);
    expect(stdout).toContain(`blob ${sha256(blob)}: `);
    expect(stdout).toContain('(example:1)\n');
  });

  it('remove and prune tell what they freed', async (context) => {
    const { runts } = place(context);
    await runts('load', 'layout');
    expect((await runts('remove', 'example:1')).stdout).toMatch(/^example:1\n.* freed, of 2 layers\n$/);
    expect((await runts('prune')).stdout).toBe('0 B freed, of 0 layers\n');
    expect(json(await runts('prune', '--json'))).toMatchObject({ layers: [], blobs: [], bytes: 0 });
  });
});

describe('what is wrong', () => {
  it.for<[string, string[], string]>([
    ['a missing image', ['inspect', 'nothing'], 'image "nothing": is not in the store'],
    ['a source that is none', ['load', 'store'], 'store: holds no image'],
    ['a budget of nothing', ['load', '--max-layer-bytes', '0', 'layout'], '--max-layer-bytes: 0 is no limit'],
    [
      'a budget that is spent',
      ['load', '--max-layer-entries', '1', 'layout'],
      '--max-layer-entries raises that limit',
    ],
    ['a platform', ['load', '--platform', 'x', 'layout'], '"x" is not a platform'],
    ['a format', ['save', '--format', 'x', 'a', 'b'], 'unknown format "x"'],
  ])('of %s is said on standard error', async ([, args, text], context) => {
    const { directory, runts } = place(context);
    mkdirSync(join(directory, 'store'));
    const { status, stdout, stderr } = await runts(...args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^runts: /);
    expect(stderr).toContain(text);
  });
});

describe('on a terminal', () => {
  const size = 24 << 20;
  const large = imageOf([layerOf({ large: Buffer.alloc(size, 'large') }, 'none')]);

  it('bars are shown, and taken away at the end', async (context) => {
    const { directory } = place(context);
    writeFiles(join(directory, 'large'), layoutOf([{ image: large, name: 'large' }]));
    const command = `${RUNTS} image load --store store large`;
    const { stdout } = await run('script', ['-qec', command, '/dev/null'], {
      cwd: directory,
      unrecorded: 'how often it draws depends on the time',
    });
    expect(stdout).toContain('layer 1 of 1  [');
    expect(stdout.slice(stdout.lastIndexOf('\x1b[J'))).toMatch(/^\x1b\[Jlarge {2}\w+ {2}1 layer, 1 new\r\n$/);
  });
});

describe('a load that is interrupted', () => {
  it('leaves nothing, and says so', async (context) => {
    const { directory } = place(context);
    const script = [
      'mkfifo source',
      `${RUNTS} image load --store store - <source & pid=$!`,
      'exec 3>source',
      'until [ "$(ls store/ingest 2>/dev/null)" ]; do sleep 0.05; done',
      'head -c 3000000 /dev/zero >&3',
      'kill -INT $pid; wait $pid; echo status $?',
      'exec 3>&-',
    ].join('\n');
    const { stdout, stderr } = await run('bash', ['-mc', script], {
      cwd: directory,
      unrecorded: 'the shell tells of process groups',
    });
    expect(stdout).toContain('status 130');
    expect(stderr).toContain('called off by SIGINT');
    for (const name of ['ingest', 'layers', 'blobs/sha256'])
      expect(readdirSync(join(directory, 'store', name))).toEqual([]);
  });
});
