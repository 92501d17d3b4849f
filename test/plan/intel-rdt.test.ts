import { describe, expect, test } from 'vitest';
import { compileCreate } from '../../src/plan/create.ts';
import { rdtJoinSteps, rdtRemoveSteps, rdtUpdateSteps } from '../../src/plan/intel-rdt.ts';
import type { RdtChange } from '../../src/plan/intel-rdt.ts';
import type { Step } from '../../src/plan/steps.ts';
import { describeStep } from '../../src/plan/text.ts';
import type { IntelRdt } from '../../src/spec/types.ts';
import { FACTS, kindsOf, planOf, refusalOf, specOf, usualSpec } from '../support/plan.ts';

const ROOT = '/sys/fs/resctrl';

/** Steps on resctrl of a config, `schemata` being those of the class that it names if that is there. */
function stepsOn(intelRdt: IntelRdt, schemata?: string): string[] {
  const resctrl = { root: ROOT, ...(schemata !== undefined && { schemata }) };
  return textsOf(planOf(usualSpec({}, { intelRdt }), {}, { resctrl }));
}

function textsOf(plan: readonly Step[]): string[] {
  return plan.filter(({ kind }) => kind.startsWith('resctrl')).map(describeStep);
}

/** What goes at delete. */
function left(intelRdt: IntelRdt): string[] {
  return textsOf(rdtRemoveSteps({ spec: usualSpec({}, { intelRdt }), facts: FACTS }));
}

function refuseChange(change: RdtChange): string {
  return refusalOf(() => rdtUpdateSteps({ spec: usualSpec(), facts: FACTS }, change)).message;
}

function refuse(intelRdt: IntelRdt, schemata?: string): string {
  return refusalOf(() => stepsOn(intelRdt, schemata)).message;
}

describe('intelRdt', () => {
  test('without a name the class is made for the container, which joins it', () => {
    expect(stepsOn({})).toEqual(['resctrl make web', 'resctrl join web']);
  });

  test('the schemata are written in one go, the general ones last', () => {
    const rdt = {
      closID: 'gold',
      schemata: ['L2:0=f', 'MB:0=20'],
      memBwSchema: 'MB:0=70',
      l3CacheSchema: 'L3:0=f',
    };
    expect(stepsOn(rdt)).toEqual([
      'resctrl make gold',
      'resctrl schemata gold = L3:0=f MB:0=70 L2:0=f MB:0=20',
      'resctrl join gold',
    ]);
  });

  test('a class that is there keeps its schemata, which must be those that are asked for', () => {
    const present = '    MB:0=100;1= 70\n    L3:0=00ff;1=7f0\n';
    expect(stepsOn({ closID: 'gold', schemata: ['L3:1=7F0;0=ff', 'MB:1=70'] }, present)).toEqual([
      'resctrl join gold',
    ]);
    expect(refuse({ closID: 'gold', schemata: ['L3:0=ff'], memBwSchema: 'MB:0=50' }, present)).toBe(
      'linux.intelRdt.closID: the class of service gold is there and does not have "MB:0=50"',
    );
    expect(refuse({ closID: 'gold', schemata: ['L2:0=1'] }, present)).toContain('does not have "L2:0=1"');
  });

  test('a name alone is that of a class which somebody has made', () => {
    expect(stepsOn({ closID: 'gold' }, 'L3:0=f\n')).toEqual(['resctrl join gold']);
    expect(stepsOn({ closID: 'gold' })).toEqual(['resctrl join gold']);
  });

  test('a slash is the default class', () => {
    expect(stepsOn({ closID: '/' }, 'L3:0=f\n')).toEqual(['resctrl join /']);
  });

  test('a class of the name of the container is not taken over', () => {
    expect(refuse({}, 'L3:0=f\n')).toBe('linux.intelRdt: the class of service web is there already');
  });

  test.each<[IntelRdt, string[]]>([
    [
      { enableMonitoring: true },
      ['make web', 'make web/mon_groups/web', 'join web', 'join web/mon_groups/web'],
    ],
    [{ enableMonitoring: true, closID: '/' }, ['make mon_groups/web', 'join /', 'join mon_groups/web']],
  ])('monitoring has a group of its own: %j', (rdt, texts) => {
    const schemata = rdt.closID === undefined ? undefined : 'L3:0=f\n';
    expect(stepsOn(rdt, schemata)).toEqual(texts.map((text) => `resctrl ${text}`));
  });

  test('the process joins after the last clone', () => {
    const plan = planOf(specOf(['user', 'pid', 'mount'], {}, { intelRdt: {} }));
    expect(kindsOf(plan, ['resctrl-make', 'clone', 'fork', 'resctrl-join', 'root'])).toEqual([
      'resctrl-make',
      'clone',
      'fork',
      'resctrl-join',
      'root',
    ]);
  });

  test('what was made for the container goes with it, a class with a name stays', () => {
    expect(left({})).toEqual(['resctrl remove web']);
    expect(left({ enableMonitoring: true })).toEqual([
      'resctrl remove web/mon_groups/web',
      'resctrl remove web',
    ]);
    expect(left({ closID: 'gold', enableMonitoring: true })).toEqual(['resctrl remove gold/mon_groups/web']);
    expect(left({ closID: 'gold' })).toEqual([]);
  });

  test('who joins the container joins its groups', () => {
    const spec = usualSpec({}, { intelRdt: { closID: 'gold', enableMonitoring: true } });
    expect(textsOf(rdtJoinSteps({ spec, facts: FACTS }))).toEqual([
      'resctrl join gold',
      'resctrl join gold/mon_groups/web',
    ]);
    expect(rdtJoinSteps({ spec: usualSpec(), facts: FACTS })).toEqual([]);
  });

  test('an update writes the schemata of the class, which the container must have', () => {
    const spec = usualSpec({}, { intelRdt: { closID: 'gold' } });
    const change = { l3CacheSchema: 'L3:0=f', memBwSchema: 'MB:0=50' };
    expect(textsOf(rdtUpdateSteps({ spec, facts: FACTS }, change))).toEqual([
      'resctrl schemata gold = L3:0=f MB:0=50',
    ]);
    expect(rdtUpdateSteps({ spec: usualSpec(), facts: FACTS }, {})).toEqual([]);
    expect(refuseChange(change)).toBe('Intel RDT/CAT: l3 cache schema is not enabled');
    expect(refuseChange({ memBwSchema: 'MB:0=50' })).toBe(
      'Intel RDT/MBA: memory bandwidth schema is not enabled',
    );
  });

  test('without resctrl it is refused with what to do', () => {
    const spec = usualSpec({}, { intelRdt: { closID: 'gold' } });
    const { resctrl: _none, ...facts } = FACTS;
    const { code, message, details } = refusalOf(() => compileCreate(spec, facts, {}));
    expect([code, details.path]).toEqual(['UNSUPPORTED', '/linux/intelRdt']);
    expect(message).toBe('linux.intelRdt: no resctrl file system is mounted on this host');
    expect(details.hint).toContain('mount -t resctrl');
  });
});
