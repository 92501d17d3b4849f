import { completion } from '../completion.ts';
import type { VerbFunction } from '../verb.ts';

export const verb: VerbFunction = async ({ context, args }) => ({
  kind: 'text',
  text: completion(args[0] ?? '', context.host.self.name),
});
