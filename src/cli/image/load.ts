import { RuntsError } from '../../errors.ts';
import { BUDGET_FLAGS } from '../../image/layer/budget.ts';
import type { LayerBudget } from '../../image/layer/budget.ts';
import { parsePlatform } from '../../image/source/platform.ts';
import type { LoadedImage } from '../../image/store/load.ts';
import { integerOf, wordOf } from '../flags.ts';
import type { FlagValues } from '../flags.ts';
import type { VerbFunction } from '../verb.ts';
import { jsonOr, lines, shortDigest, withStore } from './store.ts';

export const verb: VerbFunction = (input) =>
  withStore(input, async ({ store, report }) => {
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

/** The limits that were given. */
export function budgetOf(flags: FlagValues): Partial<LayerBudget> {
  const given = Object.entries(BUDGET_FLAGS).map(([key, flag]) => [key, limitOf(flags, flag)] as const);
  return Object.fromEntries(given.filter(([, limit]) => limit !== undefined)) as Partial<LayerBudget>;
}

function limitOf(flags: FlagValues, flag: string): number | undefined {
  const limit = integerOf(flags, flag.replace('--', ''));
  if (limit === undefined || limit > 0) return limit;
  throw new RuntsError('INVALID_ARGUMENT', `${flag}: ${limit} is no limit: expected an integer above 0`);
}

function describe({ names, digest, layers }: LoadedImage): string[] {
  const fresh = layers.filter(({ isNew }) => isNew).length;
  const what = `${shortDigest(digest)}  ${layers.length} layers, ${fresh} of them new`;
  return names.map((name) => `${name}  ${what}`);
}
