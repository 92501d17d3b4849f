import { compileCreate } from '../plan/create.ts';
import type { Plan } from '../plan/steps.ts';
import { baseName } from './paths.ts';
import { ownBundle, readBundle } from './bundle.ts';
import type { BundleRequest } from './bundle.ts';
import type { Context } from './context.ts';
import { planFacts } from './facts.ts';
import { checkId } from './id.ts';

/** The plan of create and start for a bundle, on an ordinary machine: only the config is read. */
export function plan(context: Context, request: BundleRequest, id?: string): Plan {
  const own = ownBundle({ directory: `${context.root}/${id ?? ''}` });
  const { directory, spec, warnings } = readBundle(context, request, own);
  for (const warning of warnings) context.warn(warning);
  const name = id ?? idOf(directory);
  checkId(name);
  const compiled = compileCreate(spec, planFacts(context, name, directory), {});
  for (const warning of compiled.warnings) context.warn(warning);
  return compiled.plan;
}

/** The name of the bundle, as far as it can be an id. */
function idOf(directory: string): string {
  const name = baseName(directory).replaceAll(/[^A-Za-z0-9_+.-]/g, '-');
  return name === '' || name === '.' || name === '..' ? 'container' : name;
}
