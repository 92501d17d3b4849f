// An image of five gzip layers as an OCI layout, of files that a Debian has: what unpacking is measured with.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const LAYERS = 5;
/** Of files, in each layer. */
const LAYER_BYTES = 50e6;
const TREES = ['usr/lib', 'usr/share', 'usr/bin', 'usr/sbin', 'etc'];
/** Larger ones are left out, so that there are some 10,000 entries, as in images of a Debian; three files would measure nothing but inflating. */
const LARGEST = 1e6;
const TAG = 'bench';

/** `layout` with its `tag`, and the `layers`, files in their order; undefined where there are not files enough. */
export function makeImage(directory) {
  const lists = layerLists();
  if (lists.length < LAYERS) return undefined;
  const layout = join(directory, 'layout');
  mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
  const layers = lists.map((list) => addLayer(layout, list));
  writeIndex(layout, layers);
  return { layout, tag: TAG, layers: layers.map(({ path }) => path) };
}

/** Paths below `/`, sorted by tree, for each layer. */
function layerLists() {
  const lists = [[]];
  let bytes = 0;
  for (const path of TREES.flatMap((tree) => [...walk(tree)])) {
    if (bytes > LAYER_BYTES) {
      if (lists.length === LAYERS) return lists;
      lists.push([]);
      bytes = 0;
    }
    lists.at(-1).push(path);
    bytes += lstatSync(`/${path}`).size;
  }
  return lists;
}

function* walk(directory) {
  if (!existsSync(`/${directory}`)) return;
  yield directory;
  const entries = readdirSync(`/${directory}`, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (entry.isSymbolicLink() || (entry.isFile() && lstatSync(`/${path}`).size < LARGEST)) yield path;
  }
}

function addLayer(layout, list) {
  const fresh = join(layout, 'layer.tar.gz');
  const args = [
    '-C',
    '/',
    '--null',
    '--no-recursion',
    '--xattrs',
    '--numeric-owner',
    '--files-from=-',
    '-czf',
    fresh,
  ];
  const { status, stderr } = spawnSync('tar', args, { input: list.join('\0'), encoding: 'utf8' });
  if (status !== 0) throw new Error(`tar: ${stderr.slice(0, 500)}`);
  const bytes = readFileSync(fresh);
  const descriptor = { digest: digestOf(bytes), size: bytes.length };
  const path = pathOf(layout, descriptor.digest);
  renameSync(fresh, path);
  return { path, descriptor, diffId: digestOf(gunzipSync(bytes)) };
}

const type = (name) => `application/vnd.oci.image.${name}`;

function writeIndex(layout, layers) {
  const config = addDocument(layout, {
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
  });
  const manifest = addDocument(layout, {
    schemaVersion: 2,
    mediaType: type('manifest.v1+json'),
    config: { mediaType: type('config.v1+json'), ...config },
    layers: layers.map(({ descriptor }) => ({ mediaType: type('layer.v1.tar+gzip'), ...descriptor })),
  });
  const annotations = { 'org.opencontainers.image.ref.name': TAG };
  const manifests = [{ mediaType: type('manifest.v1+json'), ...manifest, annotations }];
  writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
}

function addDocument(layout, document) {
  const bytes = Buffer.from(JSON.stringify(document));
  const digest = digestOf(bytes);
  writeFileSync(pathOf(layout, digest), bytes);
  return { digest, size: bytes.length };
}

const digestOf = (bytes) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const pathOf = (layout, digest) => join(layout, 'blobs/sha256', digest.slice('sha256:'.length));
