/** Archives that mean harm, a tree that they would like to change, and what is left of them. */
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { thisPlatform } from '../../src/image/source/platform.ts';
import { openStore, type Store } from '../../src/image/store/store.ts';
import type { ImageProcess } from '../../src/image/types.ts';
import { scratchDirectory } from './bundle.ts';
import { needs } from './conditions.ts';
import { imageOf, layerOfArchive, layoutOf, type TestImage, type TestLayer, writeFiles } from './image.ts';
import { digestOfTree } from './layers.ts';
import { run, INSPECT } from './run.ts';
import { type HeaderFields, header } from './tar-archive.ts';

export const link = (name: string, target: string, fields: HeaderFields = {}): Buffer =>
  header({ ...fields, name, target, type: '2' });

export const hard = (name: string, target: string, fields: HeaderFields = {}): Buffer =>
  header({ ...fields, name, target, type: '1' });

export const directory = (name: string, fields: HeaderFields = {}): Buffer =>
  header({ mode: '0000755', ...fields, name, type: '5' });

export const device = (name: string, type: '3' | '4', major: number, minor: number): Buffer =>
  header({ name, type, major: major.toString(8), minor: minor.toString(8) });

const TIME = 1_234_567_890.123;

/** A directory beside the store that holds one thing of each kind. */
async function makeOutside(outside: string): Promise<void> {
  mkdirSync(join(outside, 'directory'), { recursive: true });
  for (const name of ['secret', 'directory/file', 'x', '.wh.x'])
    writeFileSync(join(outside, name), `of ${name}`);
  symlinkSync('secret', join(outside, 'link'));
  await run('mkfifo', [join(outside, 'fifo')]);
  chownSync(join(outside, 'secret'), 1, 2);
  chmodSync(join(outside, 'secret'), 0o4700);
  await run(INSPECT, ['setxattr', join(outside, 'secret'), 'user.canary', 'sings']);
  lutimesSync(join(outside, 'link'), TIME, TIME);
  for (const name of ['secret', 'directory/file', 'directory', 'fifo', ''])
    utimesSync(join(outside, name), TIME, TIME);
}

/** All that lies in a directory, itself with the path ''. */
export function pathsIn(top: string, path = ''): string[] {
  const below = lstatSync(join(top, path)).isDirectory() ? readdirSync(join(top, path)).sort() : [];
  return [path, ...below.flatMap((name) => pathsIn(top, path === '' ? name : `${path}/${name}`))];
}

/** A line for each thing of a tree: `d/`, `f: content`, `l -> target`, `c 1:3`. */
export function linesOf(top: string): string[] {
  return pathsIn(top)
    .slice(1)
    .map((path) => {
      const full = join(top, path);
      const stat = lstatSync(full);
      if (stat.isDirectory()) return `${path}/`;
      if (stat.isSymbolicLink()) return `${path} -> ${readlinkSync(full)}`;
      if (stat.isFile()) return `${path}: ${readFileSync(full, 'latin1')}`;
      return `${path} ${stat.rdev >> 8}:${stat.rdev & 255}`;
    });
}

export interface Scene {
  readonly scratch: string;
  /** Of the store, which nobody has made yet. */
  readonly store: string;
  readonly outside: string;
  /** Of what is outside, as it was at first. */
  readonly digest: string;
}

export async function sceneOf(context: TestContext): Promise<Scene> {
  needs(context, 'root');
  const scratch = scratchDirectory(context);
  // Its path begins as that of the store does.
  const outside = join(scratch, 'store-of-others');
  await makeOutside(outside);
  return { scratch, store: join(scratch, 'store'), outside, digest: digestOfTree(outside) };
}

export interface Loaded {
  /** Directories of the layers, the lowest first. */
  readonly layers: readonly string[];
  readonly warnings: readonly string[];
  readonly store: Store;
}

/** Puts an image of such layers into the store. */
export const loadLayers = (
  scene: Scene,
  archives: readonly Buffer[],
  name = 'attack',
  process: ImageProcess = {},
): Promise<Loaded> =>
  loadImage(
    scene,
    hostileImage(
      archives.map((archive) => layerOfArchive(archive)),
      process,
    ),
    name,
  );

export const hostileImage = (layers: readonly TestLayer[], config: ImageProcess = {}): TestImage =>
  imageOf(layers, { platform: thisPlatform(), config: { config } });

/** By a layout in a directory. */
export function loadImage(scene: Scene, image: TestImage, name: string): Promise<Loaded> {
  const layout = join(scene.scratch, `layout-${name}`);
  writeFiles(layout, layoutOf([{ image, name }]));
  return loadSource(scene, layout);
}

export async function loadSource(scene: Scene, source: string): Promise<Loaded> {
  const warnings: string[] = [];
  const store = await openStore({ directory: scene.store, warn: (message) => warnings.push(message) });
  const [image] = await store.load(source);
  const directories = image?.layers.map(({ chainId }) => join(store.paths.layers, chainId.slice(7), 'diff'));
  return { layers: directories ?? [], warnings, store };
}

/** What is in a store, but for its own directories. */
export const contentOfStore = (store: string): string[] =>
  (existsSync(store) ? pathsIn(store) : []).filter((path) => !OWN.has(path) && path.split('/').length <= 3);

const OWN = new Set([
  '',
  'blobs',
  'blobs/sha256',
  'layers',
  'containers',
  'uses',
  'ingest',
  'lock',
  'images.json',
]);
