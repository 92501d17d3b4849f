import { shortDigest } from '../../image/digest.ts';
import type { ListedImage } from '../../image/store/list.ts';
import { formatBytes } from '../bytes.ts';
import { isOn } from '../flags.ts';
import type { VerbFunction } from '../verb.ts';
import { jsonOr, lines, withStore } from './store.ts';

const HEADER = ['NAME', 'DIGEST', 'SIZE', 'LAYERS', 'CREATED'];

export const verb: VerbFunction = (input) =>
  withStore(input, async ({ store }) => {
    const images = await store.list();
    if (isOn(input.flags, 'quiet') && !isOn(input.flags, 'json'))
      return lines(images.map(({ name }) => name));
    return jsonOr(input, images, () => ({ kind: 'table', rows: [HEADER, ...images.map(row)] }));
  });

/** What is not known of a damaged image is a dash. */
function row({ name, digest, size, layers, created }: ListedImage): string[] {
  const bytes = size === undefined ? '-' : formatBytes(size);
  return [name, shortDigest(digest), bytes, String(layers ?? '-'), created ?? '-'];
}
