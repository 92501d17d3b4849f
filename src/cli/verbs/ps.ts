import { processes, psTable } from '../../container/ps.ts';
import type { VerbFunction } from '../verb.ts';
import { formatOf } from './format.ts';

export const verb: VerbFunction = async ({ context, flags, args }) => {
  const [id = '', ...options] = args;
  if (formatOf(flags) === 'json')
    return { kind: 'json', value: processes(context, id), indent: '', newline: true };
  return { kind: 'text', text: await psTable(context, id, options) };
};
