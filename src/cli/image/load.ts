import { compileQuickly } from '../../host/node-engine.ts';
import { shortDigest } from '../../image/digest.ts';
import { parsePlatform } from '../../image/source/platform.ts';
import type { LoadedImage } from '../../image/store/load.ts';
import { wordOf } from '../flags.ts';
import type { VerbFunction } from '../verb.ts';
import { budgetOf } from './budget.ts';
import { count, jsonOr, lines, withStore } from './store.ts';

export const verb: VerbFunction = (input) =>
  withStore(input, async ({ store, report }) => {
    compileQuickly();
    const { args, flags } = input;
    const [name, ref, platform] = ['name', 'ref', 'platform'].map((flag) => wordOf(flags, flag));
    const loaded = await store.load(args[0] ?? '', {
      ...(name !== undefined && { name }),
      ...(ref !== undefined && { ref }),
      ...(platform !== undefined && { platform: parsePlatform(platform) }),
      budget: budgetOf(flags),
      progress: report,
    });
    return jsonOr(input, loaded, () => lines(loaded.flatMap(describe)));
  });

function describe({ names, digest, layers }: LoadedImage): string[] {
  const fresh = layers.filter(({ isNew }) => isNew).length;
  const what = `${shortDigest(digest)}  ${count(layers.length, 'layer')}, ${fresh} new`;
  return names.map((name) => `${name}  ${what}`);
}
