import type { BundleRequest } from '../../container/bundle.ts';
import { wordOf } from '../flags.ts';
import type { FlagValues } from '../flags.ts';

/** --bundle and --config, which all verbs that read a config have. */
export function bundleRequest(flags: FlagValues): BundleRequest {
  return { bundle: wordOf(flags, 'bundle') ?? '.', config: wordOf(flags, 'config') };
}
