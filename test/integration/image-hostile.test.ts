import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { bundleImage } from '../../src/image/bundle/bundle.ts';
import { treeFunctions, type TreeEntry } from '../../src/image/native.ts';
import {
  contentOfStore,
  device,
  directory,
  hard,
  hostileImage,
  link,
  loadImage,
  loadLayers,
  loadSource,
  pathsIn,
  type Scene,
  sceneOf,
} from '../support/attack.ts';
import { expectRefusal } from '../support/attack-rows.ts';
import { layerOfArchive, layoutOf, sha256, writeFiles } from '../support/image.ts';
import { digestOfTree } from '../support/layers.ts';
import { archive, base256, file, header, pax } from '../support/tar-archive.ts';

/** What lies at paths of a layer. */
async function entriesAt(layer: string, ...paths: readonly string[]): Promise<(TreeEntry | undefined)[]> {
  const native = treeFunctions();
  const tree = native.openTree(layer);
  try {
    return await Promise.all(paths.map((path) => native.entryAt(tree, path)));
  } finally {
    native.closeTree(tree);
  }
}

function expectUntouched({ outside, digest }: Scene): void {
  expect(digestOfTree(outside)).toBe(digest);
}

/** Nothing of the image stays. */
async function refused(scene: Scene, loading: Promise<unknown>, ...texts: readonly string[]): Promise<void> {
  expectRefusal(await loading.catch((error: unknown) => error), ...texts);
  expect(contentOfStore(scene.store)).toEqual([]);
  expectUntouched(scene);
}

const xattrs = (records: Readonly<Record<string, string>>): Buffer =>
  pax(Object.entries(records).map(([name, value]) => [`SCHILY.xattr.${name}`, value]));

describe('attributes of an archive', () => {
  it('are never those of overlayfs', async (context) => {
    const scene = await sceneOf(context);
    const records = xattrs({
      'trusted.overlay.redirect': '/secret',
      'trusted.overlay.opaque': 'y',
      'trusted.overlay.metacopy': '',
      'trusted.overlay.origin': 'x',
      'user.overlay.redirect': '/secret',
      'user.overlay.opaque': 'y',
      'user.overlay.whiteout': 'y',
    });
    const upper = archive(records, directory('.'), records, directory('d'), records, file('f', ''));
    const { layers, warnings } = await loadLayers(scene, [archive(file('secret/key', 'k')), upper]);
    for (const entry of await entriesAt(layers[1] ?? '', '', 'd', 'f'))
      expect(entry?.xattrs).toEqual(new Map());
    expect(warnings.map((line) => /: (\S+) is left out/.exec(line)?.[1])).toEqual([
      'trusted.*',
      'user.overlay.*',
    ]);
  });

  it('are capabilities and set-user-ID bits, out of the reach of other users', async (context) => {
    const scene = await sceneOf(context);
    const capability = '\x01\0\0\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0';
    const root = directory('.', { mode: '0000777' });
    const program = file('bin/true', readFileSync('/bin/true', 'latin1'), {
      mode: '0006755',
      uid: '0000003',
    });
    const bytes = archive(root, xattrs({ 'security.capability': capability, 'user.x': 'y' }), program);
    const { layers } = await loadLayers(scene, [bytes]);
    const [layer = ''] = layers;
    const [entry] = await entriesAt(layer, 'bin/true');
    expect(entry).toMatchObject({ mode: 0o6755, uid: 3 });
    expect([...(entry?.xattrs ?? [])]).toEqual([
      ['security.capability', capability],
      ['user.x', 'y'],
    ]);
    expect(lstatSync(scene.store).mode & 0o777).toBe(0o700);
    expect(spawnSync(join(layer, 'bin/true'), { uid: 65_534, gid: 65_534 }).error).toMatchObject({
      code: 'EACCES',
    });
  });

  it('of directories hold whatever comes to lie in them, which inherits none', async (context) => {
    const scene = await sceneOf(context);
    const mtime = (1_000_000).toString(8);
    const bytes = archive(
      directory('none', { mode: '0000000', mtime }),
      file('none/f', 'x'),
      directory('all', { mode: '0006777', gid: '0000007', mtime }),
      file('all/f', 'x'),
      directory('all/d'),
    );
    const { layers } = await loadLayers(scene, [bytes]);
    expect(await entriesAt(layers[0] ?? '', 'none', 'none/f', 'all', 'all/f', 'all/d')).toMatchObject([
      { mode: 0, mtime: { seconds: 1_000_000, nanoseconds: 0 } },
      { mode: 0o644, size: 1 },
      { mode: 0o6777, gid: 7, mtime: { seconds: 1_000_000, nanoseconds: 0 } },
      { mode: 0o644, gid: 0 },
      { mode: 0o755, gid: 0 },
    ]);
  });
});

describe('a store that another process tampers with', () => {
  /** Puts links to the tree outside in place of directories, and takes them away again. */
  const SWAPPER = `
    const { readdirSync, renameSync, symlinkSync, unlinkSync } = require('node:fs');
    const [store, outside] = process.argv.slice(1);
    const attempt = (work) => { try { return work(); } catch { return []; } };
    console.log('ready');
    for (;;) for (const stage of attempt(() => readdirSync(store + '/ingest'))) {
      const layer = store + '/ingest/' + stage + '/layer/diff';
      for (const name of attempt(() => readdirSync(layer))) {
        const path = layer + '/' + name;
        attempt(() => { renameSync(path, layer + '-away'); symlinkSync(outside, path); });
        attempt(() => { unlinkSync(path); renameSync(layer + '-away', path); });
      }
    }`;

  it('gets at most a layer that is wrong', async (context) => {
    const scene = await sceneOf(context);
    const swapper = spawn(process.execPath, ['-e', SWAPPER, scene.store, scene.outside]);
    const ended = once(swapper, 'exit');
    context.onTestFinished(async () => {
      swapper.kill('SIGKILL');
      await ended;
    });
    await new Promise((ready) => swapper.stdout.once('data', ready));
    // More directories than the writer keeps open: it has to look them up again.
    for (const round of [1, 2]) {
      const files = Array.from({ length: 800 }, (_, at) => file(`d${at % 40}/s${at}/f${round}`, 'x'));
      const whiteouts = Array.from({ length: 40 }, (_, at) => file(`d${at}/.wh.secret`, ''));
      await loadLayers(scene, [archive(...files, ...whiteouts)], `round-${round}`).catch(() => undefined);
    }
    expectUntouched(scene);
  });
});

const GIB = 2 ** 30;

/** A file that seems to have as many bytes. */
function sparse(path: string, beginning: Buffer, size: number): string {
  writeFileSync(path, beginning);
  truncateSync(path, size);
  return path;
}

describe('documents', () => {
  const image = hostileImage([layerOfArchive(archive(file('x', 'x')))]);

  it('are of one kind: a manifest that is an index too is neither (CVE-2021-41190)', async (context) => {
    const scene = await sceneOf(context);
    const both = { ...(JSON.parse(image.manifest.toString()) as object), manifests: [] };
    const manifest = Buffer.from(JSON.stringify(both));
    await refused(
      scene,
      loadImage(scene, { ...image, manifest }, 'both'),
      'is an index and a manifest at once',
    );
  });

  it('of gigabytes are not read (CVE-2023-25153)', async (context) => {
    const scene = await sceneOf(context);
    const beginning = header({ name: 'manifest.json', size: base256(BigInt(4 * GIB), 12) });
    const docker = sparse(join(scene.scratch, 'docker.tar'), beginning, 4 * GIB + 2048);
    await refused(scene, loadSource(scene, `docker-archive:${docker}`), 'manifest.json');
    const layout = join(scene.scratch, 'layout');
    writeFiles(layout, layoutOf([{ image, name: 'x' }]));
    sparse(join(layout, 'index.json'), Buffer.from('{'), 4 * GIB);
    await refused(scene, loadSource(scene, layout), 'index.json');
  });
});

describe('blobs', () => {
  it('that end too early leave nothing (CVE-2021-20291)', async (context) => {
    const scene = await sceneOf(context);
    const layer = layerOfArchive(archive(file('x', 'x'.repeat(100_000)), file('y', 'y')));
    for (const missing of [1, 8, 40]) {
      const blob = layer.blob.subarray(0, -missing);
      await refused(
        scene,
        loadImage(scene, hostileImage([{ ...layer, blob }]), `less-${missing}`),
        'layer 1: ',
      );
    }
  });

  it('that are altered, or not what the config says, leave nothing', async (context) => {
    const scene = await sceneOf(context);
    const layer = layerOfArchive(archive(file('x', 'x')));
    const altered = Buffer.from(gzipSync(Buffer.alloc(100_000, 7)));
    altered.fill(0xff, 20, 40);
    await refused(
      scene,
      loadImage(scene, hostileImage([{ ...layer, blob: altered }]), 'altered'),
      'layer 1: ',
    );
    const other = layerOfArchive(archive(file('x', 'y')));
    const lies = hostileImage([{ ...other, diffId: layer.diffId }]);
    await refused(scene, loadImage(scene, lies, 'lies'), 'layer 1: ', other.diffId, layer.diffId);
  });

  it('that go on for long behind their archive end soon', async (context) => {
    const scene = await sceneOf(context);
    const layer = layerOfArchive(archive(file('x', 'x')));
    const zeros = gzipSync(Buffer.alloc(64 * 2 ** 20));
    const blob = Buffer.concat([layer.blob, ...Array.from({ length: 32 }, () => zeros)]);
    const loading = loadImage(scene, hostileImage([{ ...layer, blob }]), 'tail');
    await refused(scene, loading, 'layer 1: the layer unpacks to more than 250 times its packed size');
  });

  it('cannot copy a file of a lower layer time and again', async (context) => {
    const scene = await sceneOf(context);
    const [size, parts] = [100 * 2 ** 20, '1\n0\n1\n'];
    const hole = pax([
      ['GNU.sparse.major', '1'],
      ['GNU.sparse.minor', '0'],
      ['GNU.sparse.realsize', String(size)],
    ]);
    const names = ['a', 'b', 'c'];
    const lower = archive(
      hole,
      file('a', `${parts.padEnd(512, '\0')}x`),
      ...names.slice(1).map((name) => hard(name, 'a')),
    );
    await loadLayers(scene, [lower], 'below');
    const before = contentOfStore(scene.store);
    const upper = archive(...names.map((name) => hard(`of-${name}`, name)));
    const outcome = await loadLayers(scene, [lower, upper]).catch((error: unknown) => error);
    expectRefusal(
      outcome,
      'layer 2: entry "c": hard links copy more of lower layers than the layer may have',
    );
    expect(contentOfStore(scene.store)).toEqual(before);
  });

  it('hide nothing behind the end of their archive', async (context) => {
    const scene = await sceneOf(context);
    const shown = archive(file('x', 'x'));
    const hidden = Buffer.concat([shown, archive(file('hidden', 'x'))]);
    const { layers } = await loadLayers(scene, [hidden]);
    expect(pathsIn(layers[0] ?? '')).toEqual(['', 'x']);
    const lies = hostileImage([{ ...layerOfArchive(hidden), diffId: sha256(shown) }]);
    await expect(loadImage(scene, lies, 'lies')).rejects.toThrow(sha256(hidden));
  });
});

describe('a bundle of a hostile image', () => {
  it('has nothing of the host where a volume is a link (CVE-2022-23648)', async (context) => {
    const scene = await sceneOf(context);
    const bytes = archive(
      link('absolute', scene.outside),
      link('root', '/'),
      link('up', '../../../../../../../../..'),
    );
    const Volumes = { '/absolute': {}, '/absolute/directory': {}, '/root/etc': {}, '/up': {} };
    const { store } = await loadLayers(scene, [bytes], 'volumes', { Volumes, Cmd: ['/x'] });
    const bundle = join(scene.scratch, 'bundle');
    await bundleImage(store, 'volumes', bundle, {});
    const texts = pathsIn(bundle).filter((path) => lstatSync(join(bundle, path)).isFile());
    for (const path of texts) expect(readFileSync(join(bundle, path), 'utf8')).not.toContain('of secret');
    expectUntouched(scene);
  });

  it.for([
    ['a fifo', () => [header({ name: 'etc/passwd', type: '6' })]],
    ['an endless device', () => [device('etc/passwd', '3', 1, 5)]],
    ['a link to such a device', () => [device('zero', '3', 1, 5), link('etc/passwd', '/zero')]],
    ['a link to the host', (out: string) => [link('etc/passwd', `${out}/fifo`)]],
  ] as const)('looks up no user in %s (CVE-2024-9676)', async ([, make], context) => {
    const scene = await sceneOf(context);
    const { store } = await loadLayers(scene, [archive(...make(scene.outside))], 'users', {
      User: 'app',
      Cmd: ['/x'],
    });
    await expect(bundleImage(store, 'users', join(scene.scratch, 'bundle'), {})).rejects.toThrow(
      '/etc/passwd',
    );
    expectUntouched(scene);
  });
});
