import { RuntsError } from '../../errors.ts';
import { BUDGET_FLAGS } from '../../image/layer/budget.ts';
import type { LayerBudget } from '../../image/layer/budget.ts';
import { integerOf } from '../flags.ts';
import type { FlagValues } from '../flags.ts';

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
