import { formatPlatform } from '../../image/source/platform.ts';
import type { StoredImage } from '../../image/store/resolve.ts';
import type { ImageProcess } from '../../image/types.ts';
import { formatBytes } from '../bytes.ts';
import { visible } from '../visible.ts';
import type { VerbFunction } from '../verb.ts';
import { jsonOr, lines, shortDigest, withStore } from './store.ts';

export const verb: VerbFunction = (input) =>
  withStore(input, async ({ store }) => {
    const image = inspected(await store.resolve(input.args[0] ?? ''));
    return jsonOr(input, image, () => lines(describe(image).map(visible)));
  });

type Inspected = ReturnType<typeof inspected>;

/** What --json prints: the names of its fields stay. */
function inspected({ names, digest, manifest, config, chainIds }: StoredImage) {
  const { created, author, history = [], config: process = {} } = config;
  return {
    names,
    digest,
    platform: formatPlatform(config),
    ...(created !== undefined && { created }),
    ...(author !== undefined && { author }),
    size: manifest.layers.reduce((sum, { size }) => sum + size, 0),
    config: { digest: manifest.config.digest, ...process },
    layers: manifest.layers.map(({ digest: blob, mediaType, size }, at) => ({
      digest: blob,
      mediaType,
      size,
      diffId: config.rootfs.diff_ids[at],
      chainId: chainIds[at],
    })),
    history,
    annotations: manifest.annotations ?? {},
  };
}

function describe(image: Inspected): string[] {
  const { names, digest, platform, created, author, size, config, layers, history } = image;
  return [
    ...pairs({ names: names.join(' '), digest, platform, created, author, size: formatBytes(size) }),
    ...pairs(processPairs(config)),
    'layers, the lowest first:',
    ...layers.map((layer) => `  ${shortDigest(layer.digest)}  ${formatBytes(layer.size)}`),
    ...(history.length === 0 ? [] : ['history:']),
    ...history.map((step) => `  ${step.created ?? '-'}  ${oneLine(step.created_by ?? step.comment ?? '')}`),
  ];
}

function processPairs({ User, Entrypoint, Cmd, Env = [], WorkingDir, Labels = {} }: ImageProcess): Pairs {
  return {
    user: User,
    entrypoint: Entrypoint && JSON.stringify(Entrypoint),
    command: Cmd && JSON.stringify(Cmd),
    directory: WorkingDir,
    environment: Env.join(' '),
    labels: Object.entries(Labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  };
}

type Pairs = Readonly<Record<string, string | undefined>>;

/** What is empty is left out. */
function pairs(values: Pairs): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`${`${name}:`.padEnd(13)}${oneLine(value)}`],
  );
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
