import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { showPlan } from '../../src/plan/show.ts';
import { readSpec } from '../../src/spec/read.ts';
import { planOf, warningsOf } from '../support/plan.ts';

/**
 * Plans of config.json files as tools write them, without what is random or of one machine. After a change that is
 * meant: UPDATE_GOLDEN=1 npx vitest run test/plan, and read the difference.
 */
const DIRECTORY = new URL('golden/', import.meta.url);
const names = readdirSync(DIRECTORY)
  .filter((file) => file.endsWith('.config.json'))
  .map((file) => file.replace('.config.json', ''));

test.each(names)('the plan of %s', (name) => {
  const { spec } = readSpec(readFileSync(new URL(`${name}.config.json`, DIRECTORY), 'utf8'), 'config.json');
  const terminal = spec.process.terminal === true ? { consoleSocket: '/run/console.sock' } : {};
  const shown = showPlan(planOf(spec, terminal));
  const golden = new URL(`${name}.plan.txt`, DIRECTORY);
  if (process.env.UPDATE_GOLDEN !== undefined || !existsSync(golden)) writeFileSync(golden, shown);
  expect(shown).toBe(readFileSync(golden, 'utf8'));
  expect(warningsOf(spec)).toEqual([]);
});
