import type { Platform } from '../types.ts';
import { damaged } from './failure.ts';
import { distance, formatPlatform } from './platform.ts';

/** The one of several that is for the wanted platform, or comes nearest to it. `thing` is what has them. */
export function selectPlatform<T>(
  candidates: readonly { readonly platform: Platform; readonly item: T }[],
  wanted: Platform,
  thing: string,
): T {
  const [best] = candidates
    .map(({ platform, item }) => ({ item, far: distance(wanted, platform) ?? Infinity }))
    .filter(({ far }) => far !== Infinity)
    .sort((left, right) => left.far - right.far);
  if (best !== undefined) return best.item;
  const there = [...new Set(candidates.map(({ platform }) => formatPlatform(platform)))];
  const what = there.length === 0 ? 'no image at all' : there.join(', ');
  throw damaged(
    thing,
    `has no image for ${formatPlatform(wanted)}: there is ${what}`,
    there.length === 0 ? undefined : 'choose one with --platform',
  );
}
