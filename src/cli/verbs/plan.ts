import { plan } from '../../container/plan.ts';
import { planToJson, showPlan } from '../../plan/show.ts';
import { isOn, wordOf } from '../flags.ts';
import type { VerbFunction } from '../verb.ts';

export const verb: VerbFunction = async ({ context, flags, args }) => {
  const steps = plan(context, wordOf(flags, 'bundle') ?? '.', args[0]);
  return { kind: 'text', text: isOn(flags, 'json') ? planToJson(steps) : showPlan(steps) };
};
