import { plan } from '../../container/plan.ts';
import { planToJson, showPlan } from '../../plan/show.ts';
import { isOn } from '../flags.ts';
import type { VerbFunction } from '../verb.ts';
import { visible } from '../visible.ts';
import { bundleRequest } from './bundle-request.ts';

export const verb: VerbFunction = async ({ context, flags, args }) => {
  const steps = plan(context, bundleRequest(flags), args[0]);
  return { kind: 'text', text: isOn(flags, 'json') ? planToJson(steps) : visible(showPlan(steps)) };
};
