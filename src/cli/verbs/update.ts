import { update } from '../../container/update.ts';
import { asksForKernelMemory, rdtFromFlags, resourcesFromFlags } from '../../container/update-flags.ts';
import { resourcesFromFile } from '../../container/update.ts';
import { textOf, wordOf } from '../flags.ts';
import { NOTHING } from '../output.ts';
import type { VerbFunction } from '../verb.ts';

export const verb: VerbFunction = async ({ context, flags, args }) => {
  const file = wordOf(flags, 'resources');
  const given = (flag: string): string | undefined => textOf(flags, flag);
  if (file === undefined && asksForKernelMemory(given)) context.warn('kernel memory settings are ignored');
  const change = file === undefined ? resourcesFromFlags(given) : resourcesFromFile(context, file);
  const rdt = file === undefined ? rdtFromFlags(given) : {};
  await update(context, args[0] ?? '', change, rdt);
  return NOTHING;
};
