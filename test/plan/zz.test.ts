import { compileCreate } from '/work/main/src/plan/create.ts';
import { showPlan } from '/work/main/src/plan/show.ts';
import { planFacts } from '/work/main/src/container/facts.ts';
import { readFileSync } from 'node:fs';
import { test } from 'vitest';
test('x', () => {
const spec = JSON.parse(readFileSync(process.env.CFG ?? '/tmp/pl/config.json','utf8'));
const {plan,warnings} = compileCreate(spec, planFacts('/run/runts','c1','/bundle'), {consoleSocket:'/c.sock'});
console.log(showPlan(plan)); console.log(warnings);
});
