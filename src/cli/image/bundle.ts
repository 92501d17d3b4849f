import { absolutePath } from '../../container/paths.ts';
import { bundleImage } from '../../image/bundle/bundle.ts';
import { isOn } from '../flags.ts';
import { NOTHING } from '../output.ts';
import type { VerbFunction } from '../verb.ts';
import { bundleOptions } from './options.ts';
import { jsonOr, withStore } from './store.ts';

export const verb: VerbFunction = (input) =>
  withStore(input, async ({ store }) => {
    const { args, context, flags } = input;
    const [image = '', path = ''] = args;
    const directory = absolutePath(context.host.self.cwd, path);
    const options = { ...bundleOptions(flags), terminal: isOn(flags, 'tty') };
    const { image: digest, warnings } = await bundleImage(store, image, directory, options);
    warnings.forEach(context.warn);
    return jsonOr(input, { bundle: directory, image: digest, warnings }, () => NOTHING);
  });
