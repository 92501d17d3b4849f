import { configOf, ownBundle } from '../container/bundle.ts';
import type { Context } from '../container/context.ts';
import { planFacts } from '../container/facts.ts';
import { RuntsError } from '../errors.ts';
import { compileCreate } from '../plan/create.ts';
import { checkSpec } from '../spec/check.ts';
import type { Problem } from '../spec/problems.ts';
import { readJson } from '../spec/document.ts';
import type { Spec } from '../spec/types.ts';
import { bundleRequest } from './options.ts';
import type { ContainerSource } from './options.ts';

/** What is to be said about a config. */
export interface Verdict {
  /** Whether a container can be made from it, as far as that depends on the config. */
  readonly ok: boolean;
  readonly problems: readonly Problem[];
  /** What is odd, or will be ignored. */
  readonly warnings: readonly Problem[];
}

/** Any id: what a config may say does not depend on it. */
const ID = 'check';

/**
 * Checks a config by the specification, and by what runts carries out of it.
 * @throws {RuntsError} NOT_FOUND without a config.json, INVALID_JSON.
 */
export function check(context: Context, source: ContainerSource): Verdict {
  const { name, text } = configOf(context.host, bundleRequest(source));
  const checked = checkSpec(readJson(text, name));
  if (!checked.ok) return checked;
  const refusal = refusalOf(context, checked.value);
  return { ok: refusal.length === 0, problems: refusal, warnings: checked.warnings };
}

/** What the plan of a config that is right in itself is refused for. */
function refusalOf(context: Context, spec: Spec): Problem[] {
  try {
    const bundle = ownBundle({ directory: `${context.root}/${ID}` });
    compileCreate(spec, planFacts(context, ID, bundle), {});
    return [];
  } catch (error) {
    if (!(error instanceof RuntsError)) throw error;
    const { path = '', hint } = error.details;
    return [{ pointer: path, message: error.message, ...(hint !== undefined && { expected: hint }) }];
  }
}
