import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { needs } from '../support/conditions.ts';
import type { Change } from '../support/config.ts';
import { ownUsers } from '../support/config.ts';
import { makeContainer } from '../support/container.ts';
import { RUNTS, run } from '../support/run.ts';
import { TRACED, matters, parse, withoutRestoring } from '../support/strace.ts';
import type { Call } from '../support/strace.ts';

interface PlannedStep {
  on: string;
  kind: string;
  because: string;
  [field: string]: unknown;
}

/** The calls that a step may make: each `NAME ARGUMENTS` must match one; what matches `last` ends the step. */
interface Expected {
  calls: RegExp[];
  last?: RegExp;
  /** The step may find nothing to do. */
  optional?: boolean;
}

const escaped = (text: unknown): string => String(text).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

const thrice = (id: unknown): string => [id, id, id].map(escaped).join(', ');

const NOTHING: Expected = { calls: [], optional: true };
const attach = (target: unknown): RegExp => new RegExp(`^move_mount .*rootfs${escaped(target)}>`);
const only = (pattern: RegExp): Expected => ({ calls: [pattern], last: pattern });

const EXPECTED: Record<string, (step: PlannedStep) => Expected> = {
  'cgroup-create': () => ({ calls: [/^mkdir(at)? /, /^write .*cgroup\.subtree_control>/] }),
  'cgroup-write': ({ file, value }) =>
    only(new RegExp(`^write \\d+<[^>]*/${escaped(file)}>, "${escaped(value)}`)),
  'cgroup-devices': () => ({ calls: [/^bpf BPF_PROG_(ATTACH|DETACH)/] }),
  'cgroup-chown': () => NOTHING,
  'seccomp-compile': () => NOTHING,
  'open-tree': () => ({ calls: [/^open_tree /, /^mount_setattr /] }),
  // Node has raised the soft limit of open files; the child puts the caller's back
  // CLONE_VFORK: the kernel, short of memory, spares a child that shares its parent's while that waits for it
  clone: () => ({
    calls: [/^clone3 .*CLONE_VM\|.*CLONE_VFORK.*CLONE_INTO_CGROUP/],
    last: /^prlimit64 0, RLIMIT_NOFILE, \{/,
  }),
  'id-map': () => ({ calls: [/^write .*\/setgroups>/, /^write .*\/uid_map>/], last: /^write .*\/gid_map>/ }),
  'oom-score': ({ value }) => only(new RegExp(`^write .*oom_score_adj>, "${escaped(value)}"`)),
  rlimit: ({ type }) => only(new RegExp(`^prlimit64 \\d+, ${escaped(type)}, \\{`)),
  join: () => ({ calls: [/^setns /] }),
  unshare: ({ namespaces }) =>
    only(new RegExp(`^unshare CLONE_NEW${escaped((namespaces as string[])[0]?.toUpperCase())}`)),
  'become-root': () => ({ calls: [/^setgroups /, /^setresgid 0, 0, 0/], last: /^setresuid 0, 0, 0/ }),
  'time-offsets': () => only(/^write .*timens_offsets>/),
  fork: () => only(/^clone3 .*CLONE_PARENT/),
  'session-keyring': ({ name }) => ({
    calls: [new RegExp(`^keyctl KEYCTL_JOIN_SESSION_KEYRING, "${escaped(name)}"`)],
    last: /^keyctl KEYCTL_SETPERM/,
  }),
  loopback: () => NOTHING,
  hostname: ({ name }) => only(new RegExp(`^sethostname "${escaped(name)}"`)),
  domainname: ({ name }) => only(new RegExp(`^setdomainname "${escaped(name)}"`)),
  procfs: () => ({ calls: [/^fsopen "proc"/, /^fsconfig /], last: /^fsmount / }),
  'mount-propagation': () => only(/^mount_setattr .*propagation=MS_/),
  root: () => ({ calls: [/^open_tree .*rootfs/, /^mount_setattr .*propagation=MS_/], last: /^move_mount / }),
  mount: ({ type, target }) => ({
    calls: [new RegExp(`^fsopen "${escaped(type)}"`), /^fsconfig /, /^fsmount /],
    last: attach(target),
  }),
  bind: ({ target }) => ({ calls: [/^open_tree /, /^mount_setattr /], last: attach(target) }),
  device: ({ path, bind }) =>
    bind === true
      ? { calls: [/^open_tree /], last: attach(path) }
      : only(new RegExp(`^mknodat .*"${escaped(String(path).split('/').at(-1))}"`)),
  symlink: ({ target }) => only(new RegExp(`^symlinkat "${escaped(target)}"`)),
  'root-directory': () => NOTHING,
  personality: () => only(/^personality /),
  scheduler: ({ policy }) => only(new RegExp(`^sched_setattr .*${escaped(policy)}`)),
  'io-priority': () => only(/^ioprio_set /),
  'cwd-create': () => NOTHING,
  sysctl: ({ key, value }) =>
    only(new RegExp(`^write .*${escaped(String(key).replaceAll('.', '/'))}>, "${escaped(value)}"`)),
  mask: ({ path }) => ({
    calls: [/^open_tree .*null/, /^fsopen "tmpfs"/, /^fsconfig /, /^fsmount /, /^open_tree /],
    last: attach(path),
    optional: !existsSync(String(path)),
  }),
  'readonly-path': ({ path }) => ({
    calls: [/^open_tree .*AT_RECURSIVE/, /^mount_setattr \d+<\/>.*MOUNT_ATTR_RDONLY/],
    last: attach(path),
    optional: !existsSync(String(path)),
  }),
  'root-readonly': () => only(/^mount_setattr \d+<[^>]*rootfs>.*MOUNT_ATTR_RDONLY/),
  pivot: () => ({
    // the private procfs goes with the old root
    calls: [
      /^pivot_root /,
      /^mount_setattr .*propagation=MS_/,
      /^move_mount .*rootfs>, ""/,
      /^umount2 "\.", MNT_DETACH/,
    ],
    // until nothing of the old root is left
    last: /^umount2 "\.", MNT_DETACH.*EINVAL/,
  }),
  umask: ({ mode }) => only(new RegExp(`^umask 0*${Number(mode).toString(8)}\\)`)),
  'no-new-privileges': () => only(/^prctl PR_SET_NO_NEW_PRIVS/),
  user: ({ uid, gid }) => ({
    calls: [/^prctl PR_SET_KEEPCAPS/, /^setgroups /, new RegExp(`^setresgid ${thrice(gid)}`)],
    last: new RegExp(`^setresuid ${thrice(uid)}`),
  }),
  cwd: () => NOTHING,
  capabilities: () => ({ calls: [/^prctl PR_CAPBSET_DROP/, /^prctl PR_CAP_AMBIENT/, /^capset /] }),
  'find-executable': () => NOTHING,
  'close-fds': () => NOTHING,
  seccomp: () => only(/^seccomp SECCOMP_SET_MODE_FILTER/),
  'capabilities-final': () => only(/^capset /),
  execve: ({ args }) => only(new RegExp(`^execve "[^"]+", \\["${escaped((args as string[])[0])}"`)),
};

/** Steps that `run`, which is what is traced, does not have. */
const OF_CREATE = new Set(['listen', 'created', 'await-start', 'start']);

const describeStep = ({ kind, because }: PlannedStep, index: number): string =>
  `${index + 1} ${kind} (${because})`;

/** Follows the calls along the plan; the complaints: a call that no step accounts for, or a step that made none. */
function compare(plan: readonly PlannedStep[], calls: readonly Call[]): string[] {
  const complaints: string[] = [];
  let at = 0;
  let made = 0;
  const expectedAt = (index: number): Expected => {
    const step = plan[index];
    return step === undefined ? NOTHING : (EXPECTED[step.kind]?.(step) ?? NOTHING);
  };
  const advance = (): void => {
    const step = plan[at];
    if (made === 0 && step !== undefined && expectedAt(at).optional !== true) {
      complaints.push(`step ${describeStep(step, at)} made no call`);
    }
    at += 1;
    made = 0;
  };
  for (const { name, text } of calls) {
    const line = `${name} ${text}`;
    const accepts = ({ calls: patterns, last }: Expected): boolean =>
      patterns.some((pattern) => pattern.test(line)) || (last?.test(line) ?? false);
    if (!plan.slice(at).some((_, offset) => accepts(expectedAt(at + offset)))) {
      complaints.push(`no step from ${at + 1} on accounts for ${line.slice(0, 200)}`);
      continue;
    }
    while (!accepts(expectedAt(at))) advance();
    made += 1;
    if (expectedAt(at).last?.test(line)) advance();
  }
  while (at < plan.length) advance();
  return complaints;
}

/** All that matters until the program itself runs. */
function untilProgram(calls: Call[], program: string): Call[] {
  const runtime = calls[0]?.pid ?? '';
  const relevant = withoutRestoring(calls).filter((call) => matters(call, runtime));
  const end = relevant.findIndex(({ name, text }) => name === 'execve' && text.startsWith(`"${program}"`));
  return relevant.slice(0, end + 1);
}

async function planAndTrace(context: TestContext, change: Change): Promise<string[]> {
  const container = makeContainer(context, (config, { directory, rootfs }) => {
    for (const parent of [directory, rootfs]) mkdirSync(join(parent, 'data'));
    config.process.args = ['/bin/inspect', 'true'];
    change(config);
  });
  const { state, directory, id, scratch } = container;
  const shown = await container.runts(['plan', '--json', '--bundle', directory, id]);
  const plan = (JSON.parse(shown.stdout) as PlannedStep[]).filter(({ kind }) => !OF_CREATE.has(kind));
  const file = join(scratch, 'strace');
  const strace = ['-f', '-y', '-s', '256', '-o', file, '-e', `trace=${TRACED.join()}`];
  const ended = await run('strace', [...strace, RUNTS, '--root', state, 'run', '-b', directory, id]);
  expect(ended).toMatchObject({ status: 0, stderr: '' });
  for (const { kind } of plan) expect(Object.keys(EXPECTED)).toContain(kind);
  return compare(plan, untilProgram(parse(file), '/bin/inspect'));
}

const rich: Change = ({ process, linux, mounts, root }) => {
  root.readonly = true;
  process.rlimits = [{ type: 'RLIMIT_CORE', soft: 0, hard: 0 }];
  process['oomScoreAdj'] = 100;
  process['scheduler'] = { policy: 'SCHED_BATCH', nice: 3 };
  process['ioPriority'] = { class: 'IOPRIO_CLASS_BE', priority: 6 };
  linux['personality'] = { domain: 'LINUX' };
  process.user = { uid: 1000, gid: 1000, additionalGids: [5], umask: 0o027 };
  linux.sysctl = { 'net.ipv4.ip_forward': '1' };
  linux.seccomp = {
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: [{ names: ['acct'], action: 'SCMP_ACT_ERRNO' }],
  };
  mounts.push({ destination: '/data', source: 'data', options: ['bind', 'ro', 'nosuid'] });
};

describe('strace -f of a run', () => {
  it("shows the plan's steps in the plan's order and nothing that is not in the plan", async (context) => {
    needs(context, 'strace');
    expect(await planAndTrace(context, () => {})).toEqual([]);
  });

  it('with more of the specification', async (context) => {
    needs(context, 'strace');
    expect(await planAndTrace(context, rich)).toEqual([]);
  });

  it('without no_new_privs, where capabilities are kept until the filter is loaded', async (context) => {
    needs(context, 'strace');
    const complaints = await planAndTrace(context, (config) => {
      rich(config);
      delete config.process.noNewPrivileges;
    });
    expect(complaints).toEqual([]);
  });

  it('with user and time namespaces, where a stage process comes first', async (context) => {
    needs(context, 'strace', 'user namespaces', 'time namespaces');
    const complaints = await planAndTrace(context, (config) => {
      rich(config);
      ownUsers(config);
      config.linux.namespaces.push({ type: 'time' });
      config.linux['timeOffsets'] = { boottime: { secs: 5, nanosecs: 0 } };
    });
    expect(complaints).toEqual([]);
  });

  it('with limits of the cgroup', async (context) => {
    needs(context, 'strace', 'memory', 'cpu', 'pids');
    const complaints = await planAndTrace(context, ({ linux }) => {
      linux.resources = {
        memory: { limit: 67108864 },
        cpu: { quota: 50000, period: 100000 },
        pids: { limit: 50 },
      };
    });
    expect(complaints).toEqual([]);
  });
});
