import { shortDigest } from '../../image/digest.ts';
import type { InspectedImage } from '../../image/store/inspect.ts';
import type { ImageConfig } from '../../image/types.ts';
import { formatBytes } from '../bytes.ts';
import type { VerbFunction } from '../verb.ts';
import { jsonOr, lines, withStore } from './store.ts';

export const verb: VerbFunction = (input) =>
  withStore(input, async ({ store }) => {
    const image = await store.inspect(input.args[0] ?? '');
    return jsonOr(input, image, () => lines(describe(image)));
  });

function describe({ names, digest, platform, config, layers, usedBy }: InspectedImage): string[] {
  const { created, author, history = [] } = config;
  const size = formatBytes(layers.reduce((sum, layer) => sum + layer.size, 0));
  return [
    ...pairs({ names: names.join(' '), digest, platform, created, author, size, ...processPairs(config) }),
    ...list(
      'layers, the lowest first',
      layers.map((layer) => `${shortDigest(layer.digest)}  ${formatBytes(layer.size)}`),
    ),
    ...list(
      'history',
      history.map((step) => `${step.created ?? '-'}  ${step.created_by ?? step.comment ?? ''}`),
    ),
    ...list('used by', usedBy),
  ];
}

function processPairs({ config = {} }: ImageConfig): Pairs {
  const { User, Entrypoint, Cmd, Env = [], WorkingDir, Labels = {} } = config;
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

const COLUMN = 13;

/** What is empty is left out. */
function pairs(values: Pairs): string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`${`${name}:`.padEnd(COLUMN)}${oneLine(value)}`],
  );
}

function list(title: string, texts: readonly string[]): string[] {
  return texts.length === 0 ? [] : [`${title}:`, ...texts.map((text) => `  ${oneLine(text)}`)];
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
