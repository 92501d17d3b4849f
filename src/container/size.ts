import { RuntsError } from '../errors.ts';
import { SIZE_EXPECTED, sizeOf } from '../spec/size.ts';
import type { Integer } from '../spec/types.ts';

/** Bytes of `64m`, `1.5GiB`, `512kb`, `-1`; suffixes count in steps of 1024. `flag` is named in the error. */
export function parseSize(text: string, flag: string): number {
  const bytes = text === '-1' ? -1 : sizeOf(text);
  if (bytes === undefined) throw invalid(flag, text, SIZE_EXPECTED);
  return bytes;
}

/** A decimal integer of 64 bits; negative ones only where `signed`. */
export function parseInteger(text: string, flag: string, signed: boolean): Integer {
  if (!(signed ? /^-?\d+$/ : /^\d+$/).test(text))
    throw invalid(flag, text, signed ? 'an integer' : 'an integer from 0');
  const exact = BigInt(text);
  if (exact !== (signed ? BigInt.asIntN(64, exact) : BigInt.asUintN(64, exact)))
    throw invalid(flag, text, '64 bits');
  return Number.isSafeInteger(Number(text)) ? Number(text) : exact;
}

function invalid(flag: string, text: string, expected: string): RuntsError {
  return new RuntsError(
    'INVALID_ARGUMENT',
    `invalid value for ${flag}: ${JSON.stringify(text)}: expected ${expected}`,
  );
}
