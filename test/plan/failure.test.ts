import { expect, test } from 'vitest';
import type { RuntsError } from '../../src/errors.ts';
import type { ExecuteFailure } from '../../src/host/host.ts';
import { describeFailure } from '../../src/plan/failure.ts';
import type { StepKind } from '../../src/plan/steps.ts';
import { planOf, PROCESS, specOf, usualSpec } from '../support/plan.ts';

const SPEC = usualSpec(
  {
    hooks: { createRuntime: [{ path: '/opt/hook', timeout: 3 }] },
    process: { ...PROCESS, apparmorProfile: 'web', selinuxLabel: 'label', args: ['nope'] },
    mounts: [
      { destination: '/proc', type: 'proc' },
      { destination: '/var/data', source: '/data', options: ['bind'] },
      { destination: '/x', type: 'bind', source: '/y' },
      { destination: '/dev/pts', type: 'devpts', options: ['gid=5'] },
    ],
  },
  { resources: { memory: { limit: 4096 } }, maskedPaths: ['/a', '/b'] },
);
const PLAN = planOf(SPEC);

type Why = Partial<ExecuteFailure> & { readonly nth?: number };

function failing(kind: StepKind, { nth = 0, ...why }: Why, plan = PLAN): RuntsError {
  const places = plan.flatMap((step, at) => (step.kind === kind ? [at] : []));
  return describeFailure(plan, {
    ok: false,
    step: places[nth] ?? -1,
    errno: 'EINVAL',
    call: `${kind.replaceAll('-', '_')}()`,
    detail: '',
    ...why,
  });
}

test('the property, what could not be done, why, and by which call', () => {
  const error = failing('bind', { errno: 'EACCES', call: 'move_mount([7], "", [8]<root>, "var/data")' });
  expect(error.message).toBe(
    'mounts[1]: cannot attach /data at /var/data: permission denied (move_mount: EACCES)',
  );
  expect(error.code).toBe('STEP_FAILED');
  const number = PLAN.findIndex(({ kind }) => kind === 'bind') + 1;
  expect(error.details).toMatchObject({
    path: '/mounts/1',
    step: { number, count: PLAN.length, kind: 'bind', on: 'init' },
    call: 'move_mount([7], "", [8]<root>, "var/data")',
    syscall: 'move_mount',
    errno: 'EACCES',
  });
});

test('a source that is not there', () => {
  const { message, details } = failing('bind', {
    errno: 'ENOENT',
    call: 'open_tree(AT_FDCWD, "/data", OPEN_TREE_CLONE)',
  });
  expect(message).toBe(
    'mounts[1]: cannot attach /data at /var/data: no such file or directory (open_tree: ENOENT)',
  );
  expect(details.path).toBe('/mounts/1/source');
  expect(details.hint).toBe(
    'the source of a bind mount must exist on the host: create /data or correct mounts[1].source',
  );
});

test('what the kernel says beside its error', () => {
  const { message } = failing('mount', {
    call: 'fsconfig([5], FSCONFIG_SET_STRING, "x", "y")',
    detail: "tmpfs: Unknown parameter 'x'\n",
  });
  expect(message).toBe(
    "mounts[0]: cannot mount proc at /proc: invalid argument (fsconfig: EINVAL): tmpfs: Unknown parameter 'x'",
  );
});

const hint = (kind: StepKind, why: Why): string => failing(kind, why).details.hint ?? '';

test('known causes have a remedy', () => {
  expect(hint('mount', { nth: 1, errno: 'ENODEV', call: 'fsopen("bind")' })).toBe(
    'for a bind mount add "bind" or "rbind" to mounts[2].options',
  );
  expect(hint('mount', { nth: 2, errno: 'EINVAL' })).toContain('is gid=5 mapped in the user namespace?');
  expect(hint('mount', { errno: 'EPERM' })).toContain('proc needs its own namespace');
  expect(hint('bind', { errno: 'EPERM' })).toContain('locked');
  expect(hint('bind', { errno: 'ENOTDIR' })).toBe(
    '/data and /var/data must both be directories, or both be files',
  );
  expect(hint('cgroup-create', { errno: 'EBUSY' })).toContain('linux.cgroupsPath');
  expect(hint('root', { errno: 'ENOENT' })).toContain('/bundle/rootfs');
  expect(hint('user', { errno: 'EINVAL' })).toContain('linux.uidMappings');
  expect(hint('clone', { errno: 'ENOSYS' })).toContain('5.14');
});

test('a limit that cannot be set is never taken for a missing program', () => {
  const { message, details } = failing('cgroup-write', {
    errno: 'ENOENT',
    call: 'openat([4], "memory.max", O_WRONLY)',
  });
  expect(message).toBe(
    "linux.resources.memory.limit: cannot set memory.max to 4096: the container's cgroup has no memory.max (openat: ENOENT)",
  );
  expect(message).not.toContain('no such file or directory');
  expect(details.hint).toContain('the controller memory is not enabled');
  const weight = planOf(usualSpec({}, { resources: { blockIO: { weight: 100 } } }));
  expect(failing('cgroup-write', { errno: 'ENOENT', call: 'openat([4])' }, weight).message).toBe(
    "linux.resources.blockIO.weight: cannot set io.bfq.weight to 100: the container's cgroup has neither io.bfq.weight nor io.weight (openat: ENOENT)",
  );
});

test('programs that cannot be executed, in the words that clients know', () => {
  const find = (name: string, errno: string): string => {
    const plan = planOf(specOf(['mount'], { process: { ...PROCESS, args: [name] } }));
    return failing('find-executable', { errno }, plan).message;
  };
  expect(find('nope', 'ENOENT')).toBe('process.args[0]: exec: "nope": executable file not found in $PATH');
  expect(find('/bin/nope', 'ENOENT')).toBe('process.args[0]: exec: "/bin/nope": no such file or directory');
  expect(find('/etc/passwd', 'EACCES')).toBe('process.args[0]: exec: "/etc/passwd": permission denied');
  expect(find('/etc', 'EISDIR')).toBe('process.args[0]: exec: "/etc": is a directory: permission denied');
  expect(failing('execve', { errno: 'ENOEXEC' }).message).toBe('process.args: exec nope: exec format error');
});

test('labels name the file in the way that podman looks for', () => {
  const { message, details } = failing('apparmor', { errno: 'ENOENT', call: 'write([3], "exec web")' });
  expect(message).toMatch(/`\/proc\/[a-z0-9-].+\/attr.*`/);
  expect(message).not.toContain('no such file or directory');
  expect(details.hint).toContain('apparmor_parser');
  expect(failing('selinux', { errno: 'EINVAL' }).message).toMatch(/`\/proc\/[a-z0-9-].+\/attr.*`/);
});

test('a hook fails with what is known of it', () => {
  expect(failing('hook', { errno: 'ECANCELED', detail: 'exit code 1: no such device' }).message).toBe(
    'hooks.createRuntime[0]: error running createRuntime hook #0: /opt/hook: exit code 1: no such device',
  );
  expect(failing('hook', { errno: 'ETIMEDOUT' }).details.hint).toBe('it had 3 s: see its timeout');
});

test('one entry of a list is told from another', () => {
  expect(failing('mask', { nth: 1 }).message).toMatch(/^linux\.maskedPaths\[1\]: cannot cover \/b: /);
});

test('steps that no property asks for have no subject', () => {
  expect(failing('listen', { errno: 'EADDRINUSE' }).message).toMatch(
    /^cannot listen at \/run\/runts\/web\/start\.sock: address already in use/,
  );
});

test('an init that is gone', () => {
  const error = failing('mask', {
    errno: 'EPIPE',
    call: 'recvmsg(init)',
    detail: 'out of memory: memory.max is too low (init was killed by SIGKILL)',
  });
  expect(error.code).toBe('INIT_DIED');
  expect(error.message).toBe(
    'linux.maskedPaths[0]: out of memory: memory.max is too low (init was killed by SIGKILL)',
  );
  expect(error.details.hint).toBe('raise linux.resources.memory.limit');
});

test('an executor that could not begin', () => {
  const error = describeFailure(PLAN, {
    ok: false,
    step: -1,
    errno: 'ENOMEM',
    call: 'memfd_create("plan", MFD_CLOEXEC)',
    detail: '',
  });
  expect([error.code, error.message]).toEqual([
    'HOST_FAILED',
    'cannot execute the plan: cannot allocate memory (memfd_create: ENOMEM)',
  ]);
});

test('every kind of step can fail in words', () => {
  for (const [at, step] of PLAN.entries()) {
    const { message } = describeFailure(PLAN, {
      ok: false,
      step: at,
      errno: 'EIO',
      call: 'call()',
      detail: '',
    });
    expect(message, step.kind).toMatch(/^[^\n]*input\/output error[^\n]*$/);
  }
});
