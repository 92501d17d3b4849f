import { RuntsError } from '../errors.ts';
import type { Context } from './context.ts';
import { containerIds } from './store.ts';

/**
 * Does it for each container whose id the regular expression matches, anywhere unless it is anchored. One that fails
 * does not keep the others from it: the first error is thrown at the end, further ones are warned of.
 * @throws {RuntsError} INVALID_ARGUMENT for what is no regular expression.
 */
export async function forEachMatch(
  context: Context,
  pattern: string,
  act: (id: string) => Promise<void>,
): Promise<void> {
  const expression = parse(pattern);
  let first: { readonly error: unknown } | undefined;
  for (const id of containerIds(context.host.files, context.root, true).filter((name) =>
    expression.test(name),
  )) {
    try {
      await act(id);
    } catch (error) {
      if (first === undefined) first = { error };
      else context.warn(`${id}: ${(error as Error).message}`);
    }
  }
  if (first !== undefined) throw first.error;
}

function parse(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch (error) {
    throw new RuntsError('INVALID_ARGUMENT', `--regex: ${(error as Error).message}`, { cause: error });
  }
}
