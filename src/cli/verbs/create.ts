import { create } from '../../container/create.ts';
import { NOTHING } from '../output.ts';
import type { VerbFunction } from '../verb.ts';
import { createRequest } from './create-request.ts';

export const verb: VerbFunction = async (input) => {
  await create(input.context, createRequest(input));
  return NOTHING;
};
