import { expect, test } from 'vitest';
import { compileExec } from '../../src/plan/exec.ts';
import type { ExecFacts, ExecOptions } from '../../src/plan/exec.ts';
import type { Plan } from '../../src/plan/steps.ts';
import type { Process, Spec } from '../../src/spec/types.ts';
import {
  FACTS,
  kindsOf,
  PROCESS,
  refusalOf,
  specOf,
  stepOf,
  stepsOf,
  USER,
  usualSpec,
} from '../support/plan.ts';

interface Input {
  readonly process?: Partial<Process>;
  readonly spec?: Spec;
  readonly facts?: Partial<ExecFacts>;
  readonly options?: ExecOptions;
}

function execOf({ process = {}, spec = usualSpec(), facts = {}, options = {} }: Input = {}): Plan {
  const all: ExecFacts = {
    ...FACTS,
    spec,
    pid: 77,
    startTime: 123,
    deniesGroups: false,
    cgroupPath: '/runts/web',
    ...facts,
  };
  return compileExec({ ...PROCESS, ...process }, all, options).plan;
}

test('into the cgroup by the clone, into the namespaces by one pidfd, then a child in the pid namespace', () => {
  const plan = execOf();
  expect(kindsOf(plan)).toEqual([
    ...['cgroup-open', 'open-process', 'clone', 'join', 'fork', 'session-keyring', 'umask', 'user', 'cwd'],
    ...['capabilities', 'find-executable', 'close-fds', 'execve'],
  ]);
  expect(stepOf(plan, 'cgroup-open')).toMatchObject({ root: '/sys/fs/cgroup', path: '/runts/web' });
  expect(stepOf(plan, 'clone')).toMatchObject({ namespaces: [], intoCgroup: true, cgroupOfPid: 77 });
  const { slot } = stepOf(plan, 'open-process');
  expect(stepOf(plan, 'open-process')).toMatchObject({ pid: 77, startTime: 123 });
  expect(stepOf(plan, 'join')).toMatchObject({
    slot,
    namespaces: ['pid', 'network', 'ipc', 'uts', 'mount', 'cgroup'],
  });
});

test('without a pid namespace there is no child', () => {
  const plan = execOf({ spec: specOf(['mount', 'network']) });
  expect(kindsOf(plan, ['clone', 'join', 'fork'])).toEqual(['clone', 'join']);
});

const joins = (plan: Plan): (readonly string[])[] =>
  stepsOf(plan, 'join').map(({ namespaces }) => namespaces);

test('namespaces of other owners are joined before the user namespace, where there is the right to', () => {
  const spec = specOf(['user', 'pid', 'mount'], {}, {});
  expect(joins(execOf({ spec }))).toEqual([['pid', 'mount'], ['user']]);
  expect(joins(execOf({ spec, facts: USER }))).toEqual([['user', 'pid', 'mount']]);
  expect(kindsOf(execOf({ spec }), ['join', 'become-root', 'fork'])).toEqual([
    'join',
    'join',
    'become-root',
    'fork',
  ]);
});

test('a container without a mount namespace is entered by chroot', () => {
  const plan = execOf({ spec: specOf(['pid']) });
  expect(stepOf(plan, 'root')).toMatchObject({ path: '/bundle/rootfs', inPlace: true });
  expect(stepOf(plan, 'pivot').how).toBe('chroot');
  expect(stepsOf(plan, 'root-directory')).toEqual([]);
  const mapped = execOf({ spec: specOf(['user', 'pid']) });
  expect(kindsOf(mapped, ['root-directory', 'join', 'root'])).toEqual([
    'root-directory',
    'join',
    'join',
    'root',
  ]);
  expect(stepOf(mapped, 'root').reached).toBe(true);
});

test("--cgroup is below the container's cgroup, and then there is no other", () => {
  const plan = execOf({ facts: { subCgroup: '/a/../b', cgroupInode: 7 } });
  expect(stepsOf(plan, 'cgroup-open').map(({ path, inode }) => [path, inode])).toEqual([
    ['/runts/web', 7],
    ['/runts/web/b', 0],
  ]);
  expect(stepOf(plan, 'clone').cgroupOfPid).toBe(0);
  expect(kindsOf(execOf({ facts: { cgroupPath: undefined } }), ['cgroup-open'])).toEqual([]);
});

const OWN: Partial<Process> = {
  capabilities: { bounding: ['CAP_KILL'] },
  selinuxLabel: 'label',
  apparmorProfile: 'web',
  noNewPrivileges: true,
  scheduler: { policy: 'SCHED_BATCH' },
  rlimits: [{ type: 'RLIMIT_CORE', soft: 0, hard: 0 }],
  user: { uid: 0, gid: 0, umask: 0o077 },
};

test('what the process leaves open is as the container has it', () => {
  const spec = usualSpec({ process: { ...PROCESS, ...OWN } }, { personality: { domain: 'LINUX32' } });
  const plan = execOf({ spec });
  expect(stepOf(plan, 'capabilities').bounding).toEqual(['CAP_KILL']);
  expect(stepOf(plan, 'umask').mode).toBe(0o077);
  expect(
    kindsOf(plan, [
      'procfs',
      'selinux',
      'apparmor',
      'scheduler',
      'personality',
      'rlimit',
      'no-new-privileges',
    ]),
  ).toEqual([
    ...['procfs', 'personality', 'scheduler', 'apparmor', 'selinux', 'rlimit', 'no-new-privileges'],
  ]);
  expect(stepOf(plan, 'apparmor').profile).toBe('web');
});

test('what the process says itself counts', () => {
  const spec = usualSpec({ process: { ...PROCESS, ...OWN } });
  const plan = execOf({
    spec,
    process: {
      capabilities: {},
      noNewPrivileges: false,
      apparmorProfile: 'other',
      user: { uid: 3, gid: 4, umask: 0 },
    },
  });
  expect(stepOf(plan, 'capabilities').bounding).toEqual([]);
  expect(stepOf(plan, 'apparmor').profile).toBe('other');
  expect(stepsOf(plan, 'no-new-privileges')).toEqual([]);
  expect(stepOf(plan, 'umask').mode).toBe(0);
  expect(stepOf(plan, 'user')).toMatchObject({ uid: 3, gid: 4 });
});

test("the container's filter counts for every process", () => {
  const spec = usualSpec({}, { seccomp: { defaultAction: 'SCMP_ACT_ALLOW' } });
  expect(kindsOf(execOf({ spec })).slice(-4)).toEqual([
    'close-fds',
    'seccomp',
    'capabilities-final',
    'execve',
  ]);
});

test('CPUs before and in the cgroup', () => {
  const plan = execOf({ process: { execCPUAffinity: { initial: '0-1', final: '3' } } });
  expect(stepsOf(plan, 'cpu-affinity').map(({ on, cpus, because }) => [on, cpus, because])).toEqual([
    ['host', [0, 1], '/process/execCPUAffinity/initial'],
    ['init', [3], '/process/execCPUAffinity/final'],
  ]);
  expect(kindsOf(plan)[0]).toBe('cpu-affinity');
  expect(refusalOf(() => execOf({ process: { execCPUAffinity: { final: 'x' } } })).code).toBe(
    'INVALID_CONFIG',
  );
});

test('a terminal of the container, not at /dev/console', () => {
  const plan = execOf({
    process: { terminal: true },
    options: { consoleSocket: '/c.sock', keepFds: 2, listenFds: 1 },
  });
  expect(stepOf(plan, 'console')).toMatchObject({ mount: false, slot: stepOf(plan, 'connect').slot });
  expect(stepOf(plan, 'close-fds').keep).toBe(2);
  expect(stepOf(plan, 'execve').env).toContain('LISTEN_FDS=1');
});

test('oom_score_adj and rlimits by the host', () => {
  const plan = execOf({ process: { oomScoreAdj: 5, rlimits: [{ type: 'RLIMIT_NPROC', soft: 1, hard: 1 }] } });
  expect(stepOf(plan, 'oom-score').value).toBe(5);
  expect(kindsOf(plan, ['clone', 'oom-score', 'find-executable', 'rlimit', 'execve'])).toEqual([
    ...['clone', 'oom-score', 'rlimit', 'find-executable', 'execve'],
  ]);
});
