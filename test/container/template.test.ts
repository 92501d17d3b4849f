import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { newMemory, recent } from '../../src/container/memory.ts';
import type { Recent } from '../../src/container/memory.ts';
import { prepare } from '../../src/container/template.ts';
import type { Ingredients } from '../../src/container/template.ts';
import { encodePlan } from '../../src/plan/encode.ts';
import { readSpec } from '../../src/spec/read.ts';
import type { Spec } from '../../src/spec/types.ts';
import { FACTS } from '../support/plan.ts';

const GOLDEN = new URL('../plan/golden/', import.meta.url);
const configs = readdirSync(GOLDEN).filter((file) => file.endsWith('.config.json'));

const readConfig = (file: string): Spec =>
  readSpec(readFileSync(new URL(file, GOLDEN), 'utf8'), 'config.json').spec;

function ingredients(spec: Spec, id: string, ownBundle = false): Ingredients {
  const stateDirectory = `/run/runts/${id}`;
  const bundle = ownBundle ? `${stateDirectory}/bundle` : FACTS.bundle;
  const options = spec.process.terminal === true ? { consoleSocket: '/run/console.sock' } : {};
  return { spec, facts: { ...FACTS, id, stateDirectory, bundle }, options };
}

describe('a plan by way of the memory', () => {
  test.each(configs)('is that of no memory, for any id: %s', (file) => {
    const spec = readConfig(file);
    const memory = newMemory();
    for (const id of ['first', 'a', 'x+y-z_.9', 'n'.repeat(1024)]) {
      for (const own of [false, true]) {
        const given = ingredients(spec, id, own);
        const [known, fresh] = [prepare(memory, given), prepare(undefined, given)];
        expect(known.text).toBe(fresh.text);
        expect(encodePlan(known.steps())).toBe(fresh.text);
        expect([known.count, known.spec, known.warnings, known.cgroup]).toEqual([
          fresh.count,
          fresh.spec,
          fresh.warnings,
          fresh.cgroup,
        ]);
      }
    }
  });

  it('follows the facts and the options', () => {
    const spec = readConfig(configs[0] ?? '');
    const memory = newMemory();
    const given = ingredients(spec, 'one');
    for (const changed of [
      given,
      { ...given, options: { untilExecuted: true } },
      { ...given, facts: { ...given.facts, grantable: [] } },
      given,
    ]) {
      const [known, fresh] = [prepare(memory, changed), prepare(undefined, changed)];
      expect([known.text, known.warnings]).toEqual([fresh.text, fresh.warnings]);
    }
  });
});

/** Asks for each; gives those that had to be made. */
function asked(of: Recent<string>, ...texts: string[]): string[] {
  const made: string[] = [];
  for (const text of texts) {
    const value = of.get(text, () => {
      made.push(text);
      return text.toUpperCase();
    });
    expect(value).toBe(text.toUpperCase());
  }
  return made;
}

describe('what was asked for last', () => {
  it('is made once', () => {
    expect(asked(recent(2, 100), 'a', 'b', 'a', 'b')).toEqual(['a', 'b']);
  });

  it('is dropped for what was asked for later', () => {
    expect(asked(recent(2, 100), 'a', 'b', 'a', 'c', 'a', 'b')).toEqual(['a', 'b', 'c', 'b']);
  });

  it('is dropped where the texts get too long', () => {
    expect(asked(recent(9, 5), 'aaa', 'bb', 'aaa', 'c', 'aaa', 'bb')).toEqual(['aaa', 'bb', 'c', 'bb']);
  });

  it('is not kept where it is too long by itself, or could not be made', () => {
    const of = recent<string>(9, 5);
    expect(asked(of, 'a', 'aaaaaa', 'aaaaaa', 'a')).toEqual(['a', 'aaaaaa', 'aaaaaa']);
    expect(() => of.get('x', () => JSON.parse('{') as string)).toThrow('JSON');
    expect(asked(of, 'x')).toEqual(['x']);
  });
});
