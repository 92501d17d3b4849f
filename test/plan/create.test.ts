import * as fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { encodePlan } from '../../src/plan/encode.ts';
import { section } from '../../src/plan/context.ts';
import { STEPS } from '../../src/plan/steps.ts';
import type { Plan } from '../../src/plan/steps.ts';
import { readSpec } from '../../src/spec/read.ts';
import type { Linux, NamespaceType, Process, Spec } from '../../src/spec/types.ts';
import { NAMESPACE_TYPES } from '../../src/spec/words.ts';
import { decodePlan } from '../support/decode.ts';
import { NO_PROCESS } from '../../src/spec/process.ts';
import { kindsOf, MAPPINGS, planOf, PROCESS, stepsOf, usualSpec } from '../support/plan.ts';

/** Pieces of config.json, any number of which go together. */
interface Pieces {
  readonly top?: Partial<Spec>;
  readonly process?: Partial<Process>;
  readonly linux?: Partial<Linux>;
  /** Namespaces that the piece needs. */
  readonly needs?: readonly NamespaceType[];
}

const ROOT_ONLY = ['CAP_KILL', 'CAP_SYS_ADMIN'];
const PIECES: readonly Pieces[] = [
  { top: { hostname: 'web', domainname: 'x' }, needs: ['uts'] },
  { top: { root: { path: 'rootfs', readonly: true } }, needs: ['mount'] },
  { top: { annotations: { 'dev.runts.overlay.lower': 'a:b' } }, needs: ['mount'] },
  {
    top: {
      mounts: [
        { destination: '/proc', type: 'proc', source: 'proc' },
        { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['ro', 'mode=755'] },
        { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['ro'] },
        { destination: '/sys/fs/cgroup', type: 'cgroup', source: 'cgroup', options: [] },
        {
          destination: '/data',
          source: 'data',
          options: ['rbind', 'rro'],
          uidMappings: MAPPINGS,
          gidMappings: MAPPINGS,
        },
        { destination: '/proc/stat', source: '/stat', options: ['bind', 'ro'] },
        { destination: '/data', options: ['remount', 'nosuid'] },
      ],
    },
    needs: ['mount'],
  },
  {
    top: {
      hooks: {
        prestart: [{ path: '/p' }],
        createContainer: [{ path: '/c' }],
        startContainer: [{ path: '/s' }],
        poststart: [{ path: '/t' }],
      },
    },
  },
  { process: { terminal: true, consoleSize: { width: 1, height: 2 } } },
  { process: { capabilities: { bounding: ROOT_ONLY, permitted: ROOT_ONLY, effective: ['CAP_KILL'] } } },
  { process: { noNewPrivileges: true, apparmorProfile: 'web', selinuxLabel: 'label' } },
  { process: { rlimits: [{ type: 'RLIMIT_NOFILE', soft: 5, hard: 2n ** 64n - 1n }], oomScoreAdj: 100 } },
  {
    process: {
      scheduler: { policy: 'SCHED_IDLE' },
      ioPriority: { class: 'IOPRIO_CLASS_IDLE', priority: 0 },
      cwd: '/srv',
    },
  },
  { process: { user: { uid: 7, gid: 8, umask: 0, additionalGids: [9] }, env: ['HOME=', 'A=ü'] } },
  {
    linux: { maskedPaths: ['/proc/kcore'], readonlyPaths: ['/proc/sys'], mountLabel: 'label' },
    needs: ['mount'],
  },
  { linux: { devices: [{ path: '/dev/x', type: 'b', major: 8, minor: 0 }] }, needs: ['mount'] },
  {
    linux: { sysctl: { 'net.ipv4.ip_forward': '1', 'net/ipv4/conf/a.b/forwarding': '1' } },
    needs: ['network'],
  },
  { linux: { seccomp: { defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_X86'] } } },
  { linux: { rootfsPropagation: 'rshared' }, needs: ['mount'] },
  {
    linux: {
      cgroupsPath: '/a/b',
      resources: { pids: { limit: 3 }, cpu: { shares: 512 }, unified: { 'memory.high': 'max' } },
    },
  },
  { linux: { personality: { domain: 'LINUX32' }, memoryPolicy: { mode: 'MPOL_LOCAL' } } },
];

function assemble(
  pieces: readonly Pieces[],
  namespaces: readonly NamespaceType[],
  joined: readonly NamespaceType[],
): Spec {
  const needed = new Set([...namespaces, ...pieces.flatMap(({ needs = [] }) => needs)]);
  const entries = [...needed].map((type) => {
    return joined.includes(type) && type !== 'mount' ? { type, path: `/proc/7/ns/${type}` } : { type };
  });
  const makesUser = needed.has('user') && !joined.includes('user');
  return {
    ociVersion: '1.3.0',
    root: { path: 'rootfs' },
    ...Object.assign({}, ...pieces.map(({ top }) => top)),
    process: Object.assign({}, PROCESS, ...pieces.map(({ process }) => process)) as Process,
    linux: {
      namespaces: entries,
      ...(makesUser && { uidMappings: MAPPINGS, gidMappings: MAPPINGS }),
      ...Object.assign({}, ...pieces.map(({ linux }) => linux)),
    },
  };
}

const anySpec = fc
  .tuple(fc.subarray([...PIECES]), fc.subarray([...NAMESPACE_TYPES]), fc.subarray([...NAMESPACE_TYPES]))
  .map(([pieces, namespaces, joined]) => assemble(pieces, namespaces, joined));
const anyOptions = fc.record({
  untilExecuted: fc.boolean(),
  noNewKeyring: fc.boolean(),
});

const holds = (check: (plan: Plan, spec: Spec) => void): void => {
  fc.assert(
    fc.property(anySpec, anyOptions, (spec, options) => check(planOf(spec, options), spec)),
    { numRuns: 200 },
  );
};

describe('every plan', () => {
  test('names properties that the config has', () => {
    holds((plan, spec) => {
      for (const { because } of plan) expect(section(spec, because)).toBe(because);
    });
  });

  test('has its steps on a side that can do them', () => {
    holds((plan) => {
      for (const { kind, on } of plan) expect(STEPS[kind].on).toContain(on);
    });
  });

  test('makes each descriptor before init takes it, and none in vain', () => {
    holds((plan) => {
      const made: number[] = [];
      const taken = new Set<number>();
      for (const step of plan) {
        if (step.kind === 'mount' && step.keep !== 0) made.push(step.keep);
        if (!('slot' in step) || step.slot === 0) continue;
        if (step.on === 'host') made.push(step.slot);
        else {
          expect(made).toContain(step.slot);
          taken.add(step.slot);
        }
      }
      expect(new Set(made).size).toBe(made.length);
      expect([...taken].toSorted((a, b) => a - b)).toEqual(made.toSorted((a, b) => a - b));
    });
  });

  test('has one clone before all of init, and one execve after it', () => {
    holds((plan) => {
      const clone = plan.findIndex(({ kind }) => kind === 'clone');
      expect(plan.findIndex(({ on }) => on === 'init')).toBeGreaterThan(clone);
      expect(plan.findLast(({ on }) => on === 'init')?.kind).toBe('execve');
      expect(stepsOf(plan, 'clone')).toHaveLength(1);
      expect(stepsOf(plan, 'execve')).toHaveLength(1);
    });
  });

  test('makes each namespace of the config once and joins each path', () => {
    holds((plan, spec) => {
      const made = ['clone', 'unshare', 'fork'] as const;
      const entries = spec.linux?.namespaces ?? [];
      const types = made.flatMap((kind) => stepsOf(plan, kind)).flatMap((step) => [...step.namespaces]);
      const joined = stepsOf(plan, 'join').flatMap((step) => [...step.namespaces]);
      expect(types.toSorted()).toEqual(
        entries
          .filter(({ path }) => path === undefined)
          .map(({ type }) => type)
          .toSorted(),
      );
      expect(joined.toSorted()).toEqual(
        entries
          .filter(({ path }) => path !== undefined)
          .map(({ type }) => type)
          .toSorted(),
      );
    });
  });

  test('survives its encoding', () => {
    holds((plan) => {
      expect(decodePlan(encodePlan(plan)).map(({ kind, on }) => `${on} ${kind}`)).toEqual(
        plan.map(({ kind, on }) => `${on} ${kind}`),
      );
    });
  });
});

test('create ends where init waits, run goes straight on', () => {
  const waiting = ['listen', 'created', 'await-start'] as const;
  expect(kindsOf(planOf(usualSpec()), waiting)).toEqual(waiting);
  expect(kindsOf(planOf(usualSpec(), { untilExecuted: true }), waiting)).toEqual([]);
  const [listen] = stepsOf(planOf(usualSpec()), 'listen');
  expect(listen).toMatchObject({ directory: '/run/runts/web', name: 'start.sock' });
});

test('without a process there is nothing to find or to execute', () => {
  const plan = planOf(usualSpec({ process: NO_PROCESS }));
  expect(kindsOf(plan, ['pivot', 'find-executable', 'await-start', 'execve'])).toEqual([
    'pivot',
    'await-start',
  ]);
  expect(plan.at(-1)?.kind).toBe('await-start');
});

test('the same config makes the same plan', () => {
  const directory = new URL('golden/', import.meta.url);
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.json'))) {
    const text = readFileSync(new URL(file, directory), 'utf8');
    expect(planOf(readSpec(text, file).spec)).toEqual(planOf(readSpec(text, file).spec));
  }
});
