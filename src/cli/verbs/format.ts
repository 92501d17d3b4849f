import { RuntsError } from '../../errors.ts';
import { textOf } from '../flags.ts';
import type { FlagValues } from '../flags.ts';

/** --format of list and ps. */
export function formatOf(flags: FlagValues): 'table' | 'json' {
  const format = textOf(flags, 'format') ?? 'table';
  if (format === 'table' || format === 'json') return format;
  throw new RuntsError('INVALID_ARGUMENT', 'invalid format option', { hint: 'the format is table or json' });
}
