import { expect, test } from 'vitest';
import { describeCall } from '../../src/cgroup/systemd/describe.ts';
import { compileCreate } from '../../src/plan/create.ts';
import { compileExec } from '../../src/plan/exec.ts';
import { describeFailure } from '../../src/plan/failure.ts';
import type { SystemdFacts } from '../../src/plan/facts.ts';
import { compileUpdate } from '../../src/plan/lifecycle.ts';
import type { Plan, StepOf } from '../../src/plan/steps.ts';
import { stopUnitSteps } from '../../src/plan/systemd.ts';
import { planToJson } from '../../src/plan/show.ts';
import { describeStep } from '../../src/plan/text.ts';
import type { Spec } from '../../src/spec/types.ts';
import {
  FACTS,
  HIERARCHY,
  kindsOf,
  PROCESS,
  refusalOf,
  specOf,
  stepOf,
  stepsOf,
  usualSpec,
} from '../support/plan.ts';

const SYSTEMD: SystemdFacts = { socket: '/run/systemd/private', user: false, version: 257, cgroup: '' };
const USER: SystemdFacts = {
  socket: '/run/user/1000/systemd/private',
  user: true,
  version: 257,
  cgroup: '/user.slice/user-1000.slice/user@1000.service',
};

function planOf(spec: Spec, systemd: Partial<SystemdFacts> = {}, warnings: string[] = []): Plan {
  const compiled = compileCreate(spec, { ...FACTS, systemd: { ...SYSTEMD, ...systemd } }, {});
  warnings.push(...compiled.warnings);
  return compiled.plan;
}

function startOf(plan: Plan): string[] {
  const [start] = stepsOf(plan, 'systemd-call');
  return start?.calls.map(({ message }) => describeCall(message)) ?? [];
}

const KINDS = [
  'clone',
  'systemd-call',
  'cgroup-vacant',
  'cgroup-create',
  'cgroup-adopt',
  'cgroup-write',
  'cgroup-devices',
  'fork',
] as const;

test('a scope is made around the cloned process, which then is given its limits', () => {
  const resources = { memory: { limit: 4096 }, pids: { limit: 10 } };
  const plan = planOf(usualSpec({}, { resources, cgroupsPath: 'a-b.slice:pre:x' }));
  expect(kindsOf(plan, KINDS)).toEqual([
    'cgroup-vacant',
    'clone',
    'systemd-call',
    'cgroup-adopt',
    'cgroup-write',
    'cgroup-devices',
    'cgroup-write',
  ]);
  expect(stepOf(plan, 'clone').intoCgroup).toBe(false);
  expect(stepOf(plan, 'cgroup-adopt')).toMatchObject({
    path: '/a.slice/a-b.slice/pre-x.scope',
    controllers: ['memory', 'pids'],
    because: '/linux/cgroupsPath',
  });
});

test('a failed unit of that name is let go of first, and the properties are in the message', () => {
  const plan = planOf(usualSpec({}, { resources: { memory: { limit: 4096 } } }));
  expect(startOf(plan)).toEqual([
    'ResetFailedUnit runts-web.scope',
    'StartTransientUnit runts-web.scope Description="runts container web" Slice=system.slice Delegate=true ' +
      'PIDs=the process DefaultDependencies=false CPUAccounting=true MemoryAccounting=true IOAccounting=true ' +
      'TasksAccounting=true MemoryMax=4096',
  ]);
  const step = stepOf(plan, 'systemd-call');
  expect(step.calls.map(({ job, pidAt }) => [job, pidAt > 0])).toEqual([
    [false, false],
    [true, true],
  ]);
  expect(step.undo.map(({ message }) => describeCall(message))).toEqual([
    'StopUnit runts-web.scope',
    'ResetFailedUnit runts-web.scope',
  ]);
  expect(describeStep(step)).toContain(
    'systemd call ResetFailedUnit runts-web.scope, then StartTransientUnit',
  );
});

test('the plan as JSON has the message in hexadecimal', () => {
  expect(planToJson(planOf(usualSpec()))).toContain('"calls":[{"message":"6c010001');
});

test('a slice is there before the clone into it', () => {
  const plan = planOf(usualSpec({}, { cgroupsPath: 'a.slice:x:a-b.slice' }));
  expect(kindsOf(plan, KINDS)).toEqual([
    'cgroup-vacant',
    'systemd-call',
    'cgroup-adopt',
    'cgroup-devices',
    'clone',
  ]);
  expect(stepOf(plan, 'clone').intoCgroup).toBe(true);
  expect(stepOf(plan, 'cgroup-adopt').path).toBe('/a.slice/a-b.slice');
  expect(startOf(plan)[1]).toContain(
    'StartTransientUnit a-b.slice Description="runts container web" Wants=a.slice Def',
  );
});

test('a limit of one task follows the last clone, as a property and in the file', () => {
  const plan = planOf(specOf(['user', 'mount'], {}, { resources: { pids: { limit: 1 } } }));
  expect(startOf(plan)[1]).not.toContain('TasksMax');
  const kinds = kindsOf(plan);
  const fork = kinds.indexOf('fork');
  expect(kinds.slice(fork + 1, fork + 3)).toEqual(['systemd-call', 'cgroup-write']);
  const late = stepsOf(plan, 'systemd-call')[1];
  expect(late === undefined ? '' : describeStep(late)).toBe(
    'systemd call SetUnitProperties runts-web.scope TasksMax=1',
  );
  const usual = planOf(usualSpec({}, { resources: { pids: { limit: 2 } } }));
  expect(startOf(usual)[1]).toContain('TasksMax=2');
});

test('annotations come before resources, which have the last word', () => {
  const annotations = {
    'org.systemd.property.MemoryMax': '1',
    'org.systemd.property.Description': "'mine'",
    'org.systemd.property.TimeoutStopSec': '3',
  };
  const text = startOf(planOf(usualSpec({ annotations }, { resources: { memory: { limit: 4096 } } })))[1];
  expect(text).toMatch(/Description=mine .*MemoryMax=4096 TimeoutStopUSec=3000000$/);
  const refused = usualSpec({ annotations: { 'org.systemd.property.ExecStartPre': "'x'" } });
  expect(refusalOf(() => planOf(refused)).details.path).toBe(
    '/annotations/org.systemd.property.ExecStartPre',
  );
});

test('a unit of a user lies below his manager', () => {
  const plan = planOf(usualSpec(), USER);
  expect(stepOf(plan, 'cgroup-adopt').path).toBe(`${USER.cgroup}/user.slice/runts-web.scope`);
  expect(stepOf(plan, 'systemd-call').socket).toBe(USER.socket);
});

test('what systemd is too old for is a warning, and in the file alone', () => {
  const warnings: string[] = [];
  const plan = planOf(usualSpec({}, { resources: { cpu: { cpus: '0' } } }), { version: 240 }, warnings);
  expect(startOf(plan)[1]).not.toContain('AllowedCPUs');
  expect(stepOf(plan, 'cgroup-write').file).toBe('cpuset.cpus');
  expect(warnings).toEqual([
    'systemd 240 does not know the property AllowedCPUs: cpuset.cpus is set in the cgroup alone, and systemd may undo it',
  ]);
});

test('an update changes the unit and the files', () => {
  const unit = { name: 'a.scope', systemd: SYSTEMD, warn: () => {} };
  const change = { cpu: { quota: 33_333 }, unified: { 'cpu.uclamp.max': '5' } };
  const plan = compileUpdate({ old: {}, change }, { path: '/a.scope', unit }, HIERARCHY);
  expect(plan.map(describeStep)).toEqual([
    'cgroup open /a.scope',
    'systemd call SetUnitProperties a.scope CPUQuotaPerSecUSec=340000 CPUQuotaPeriodUSec=100000',
    'cgroup write cpu.max = 34000 100000',
    'cgroup write cpu.uclamp.max = 5',
  ]);
  const files = compileUpdate(
    { old: {}, change: { unified: { 'cpu.uclamp.max': '5' } } },
    { path: '/a', unit },
    HIERARCHY,
  );
  expect(kindsOf(files)).toEqual(['cgroup-open', 'cgroup-write']);
});

test('stopping finds a unit that is gone fine', () => {
  const [step] = stopUnitSteps('a.scope', SYSTEMD) as StepOf<'systemd-call'>[];
  expect(step?.calls).toMatchObject([
    { job: true, tolerate: ['org.freedesktop.systemd1.NoSuchUnit'] },
    { job: false, tolerate: ['org.freedesktop.systemd1.NoSuchUnit'] },
  ]);
});

test('exec is cloned into the scope, or put there by the manager of a user', () => {
  const facts = {
    ...FACTS,
    spec: usualSpec(),
    pid: 42,
    startTime: 7,
    deniesGroups: false,
    cgroupPath: '/a.scope',
    unit: 'a.scope',
  };
  const own = compileExec(PROCESS, { ...facts, systemd: SYSTEMD }, {}).plan;
  expect(stepOf(own, 'clone').intoCgroup).toBe(true);
  const { plan } = compileExec(PROCESS, { ...facts, systemd: USER, subCgroup: '/sub' }, {});
  expect(stepOf(plan, 'clone').intoCgroup).toBe(false);
  expect(describeStep(stepOf(plan, 'systemd-call'))).toBe('systemd call AttachProcessesToUnit a.scope');
  const at = kindsOf(plan).indexOf('clone');
  expect(kindsOf(plan)[at + 1]).toBe('systemd-call');
});

test("systemd's own words are the message", () => {
  const plan = planOf(usualSpec({}, { cgroupsPath: 'a.slice:x:b' }));
  const step = kindsOf(plan).indexOf('systemd-call');
  const detail = 'Unit x-b.scope was already loaded. (org.freedesktop.systemd1.UnitExists)';
  const error = describeFailure(plan, {
    ok: false,
    step,
    errno: '',
    call: 'systemd("/run/systemd/private")',
    detail,
  });
  expect(error.message).toBe(`linux.cgroupsPath: cannot start the unit x-b.scope: ${detail}`);
  expect(error.details.hint).toContain('choose another linux.cgroupsPath');
  const lost = describeFailure(plan, {
    ok: false,
    step,
    errno: 'ETIMEDOUT',
    call: 'poll("/run/systemd/private")',
    detail: 'systemd does not answer',
  });
  expect(lost.message).toContain(
    'cannot start the unit x-b.scope: timed out (poll: ETIMEDOUT): systemd does not',
  );
});
