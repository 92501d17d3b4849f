import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeConfig } from '../support/bundle.ts';
import { needs } from '../support/conditions.ts';
import { probing } from '../support/config.ts';
import {
  inspected,
  makeContainer,
  parseProbes,
  probed,
  refused,
  runContainer,
} from '../support/container.ts';
import type { Prepare } from '../support/container.ts';

const filter =
  (seccomp: Record<string, unknown>): Prepare =>
  ({ linux }) => {
    linux.seccomp = { defaultAction: 'SCMP_ACT_ALLOW', ...seccomp };
  };

const denying = (names: string[], more: Record<string, unknown> = {}) =>
  filter({ syscalls: [{ names, action: 'SCMP_ACT_ERRNO', ...more }] });

describe('seccomp', () => {
  it('is mode 2 with one program, and off without a profile', async (context) => {
    needs(context);
    expect((await inspected(context, denying(['acct']))).seccomp).toEqual({ mode: 2, filters: 1 });
    expect((await inspected(context)).seccomp).toEqual({ mode: 0, filters: 0 });
  });

  it('SCMP_ACT_ERRNO is EPERM, or errnoRet', async (context) => {
    needs(context);
    const [plain, given] = await probed(
      context,
      [
        ['syscall', 'sethostname'],
        ['syscall', 'keyctl'],
      ],
      filter({
        syscalls: [
          { names: ['sethostname'], action: 'SCMP_ACT_ERRNO' },
          { names: ['keyctl'], action: 'SCMP_ACT_ERRNO', errnoRet: 99 },
        ],
      }),
    );
    expect(plain?.error).toBe('EPERM');
    expect(given?.error).toBe('EADDRNOTAVAIL');
  });

  it('an allow-list with defaultErrnoRet', async (context) => {
    needs(context);
    const [allowed, denied] = await probed(
      context,
      [
        ['syscall', 'getppid'],
        ['syscall', 'kcmp'],
      ],
      ({ linux }) => {
        linux.seccomp = {
          defaultAction: 'SCMP_ACT_ERRNO',
          defaultErrnoRet: 75,
          syscalls: [{ names: ALLOWED, action: 'SCMP_ACT_ALLOW' }],
        };
      },
    );
    expect(allowed?.value).toBe(0);
    expect(denied?.error).toBe('EOVERFLOW');
  });

  it.for([
    ['SCMP_CMP_EQ', 10, 0, [10], [11]],
    ['SCMP_CMP_NE', 10, 0, [11], [10]],
    ['SCMP_CMP_LT', 10, 0, [9], [10]],
    ['SCMP_CMP_LE', 10, 0, [10], [11]],
    ['SCMP_CMP_GT', 10, 0, [11], [10]],
    ['SCMP_CMP_GE', 10, 0, [10], [9]],
    ['SCMP_CMP_MASKED_EQ', 6, 2, [3], [4]],
  ] as const)('arguments are compared: %s', async ([op, value, valueTwo, hits, misses], context) => {
    needs(context);
    const found = await probed(
      context,
      [...hits, ...misses].map((argument) => ['syscall', 'getppid', String(argument)]),
      denying(['getppid'], { errnoRet: 5, args: [{ index: 0, value, valueTwo, op }] }),
    );
    const errors = found.map(({ error }) => error);
    expect(errors).toEqual([...hits.map(() => 'EIO'), ...misses.map(() => undefined)]);
  });

  it('SCMP_ACT_KILL_PROCESS ends the program with SIGSYS', async (context) => {
    needs(context);
    const container = makeContainer(context, (config, bundle) => {
      probing(['syscall', 'kcmp'])(config);
      filter({ syscalls: [{ names: ['kcmp'], action: 'SCMP_ACT_KILL_PROCESS' }] })(config, bundle);
    });
    const ended = await runContainer(container);
    expect(ended.stdout).toBe('');
    expect(ended.status).toBe(128 + 31);
  });

  it('without noNewPrivileges it works as well, for a user without privileges too', async (context) => {
    needs(context);
    const report = await inspected(context, (config, bundle) => {
      denying(['acct'])(config, bundle);
      config.process.noNewPrivileges = false;
      config.process.user = { uid: 1000, gid: 1000 };
      config.process.capabilities = {};
    });
    expect(report.seccomp).toEqual({ mode: 2, filters: 1 });
    expect(report.noNewPrivileges).toBe(false);
    expect(report.capabilities.effective).toEqual([]);
  });

  it('the runtime needs no system call of the profile but execve', async (context) => {
    needs(context);
    const report = await inspected(context, ({ linux }) => {
      linux.seccomp = {
        defaultAction: 'SCMP_ACT_ERRNO',
        syscalls: [{ names: ALLOWED, action: 'SCMP_ACT_ALLOW' }],
      };
    });
    expect(report.seccomp.mode).toBe(2);
  });

  it('names that the library does not know are left out', async (context) => {
    needs(context);
    const report = await inspected(context, denying(['acct', 'a_call_of_tomorrow']));
    expect(report.seccomp.mode).toBe(2);
  });

  it('several architectures and flags are accepted', async (context) => {
    needs(context);
    const report = await inspected(
      context,
      filter({
        architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
        flags: ['SECCOMP_FILTER_FLAG_LOG', 'SECCOMP_FILTER_FLAG_SPEC_ALLOW', 'SECCOMP_FILTER_FLAG_TSYNC'],
        syscalls: [{ names: ['acct'], action: 'SCMP_ACT_ERRNO' }],
      }),
    );
    expect(report.seccomp.mode).toBe(2);
  });

  it('unknown actions, operators and flags are refused with their pointer', async (context) => {
    needs(context);
    expect(await refused(context, filter({ defaultAction: 'SCMP_ACT_NOTHING' }))).toMatch(
      /seccomp.defaultAction/,
    );
    expect(
      await refused(context, denying(['acct'], { args: [{ index: 0, value: 1, op: 'SCMP_CMP_NO' }] })),
    ).toMatch(/op/);
    expect(await refused(context, filter({ flags: ['SECCOMP_FILTER_FLAG_NO'] }))).toMatch(/flags/);
  });

  it('the compiled program is kept under all that it was made of, readable by root alone', async (context) => {
    needs(context);
    const container = makeContainer(context, probing(['syscall', 'kcmp']));
    const cache = join(container.state, '~seccomp');
    const errorWith = async (errnoRet: number) => {
      denying(['kcmp'], { errnoRet })(container.config, container);
      writeConfig(container);
      return parseProbes((await runContainer(container)).stdout)[0]?.error;
    };
    expect(await errorWith(5)).toBe('EIO');
    const kept = readdirSync(cache).map((name) => join(cache, name));
    const inodes = kept.map((file) => statSync(file).ino);
    expect(kept.map((file) => statSync(file).mode & 0o777)).toEqual(kept.map(() => 0o600));
    expect(await errorWith(99)).toBe('EADDRNOTAVAIL');
    expect(await errorWith(5)).toBe('EIO');
    expect(readdirSync(cache)).toHaveLength(2 * kept.length);
    expect(kept.map((file) => statSync(file).ino)).toEqual(inodes);
  });

  it('a kept program that is damaged is made anew', async (context) => {
    needs(context);
    const container = makeContainer(context, denying(['acct']));
    expect(await runContainer(container)).toMatchObject({ status: 0 });
    const cache = join(container.state, '~seccomp');
    const files = readdirSync(cache).map((name) => join(cache, name));
    const whole = files.map((file) => readFileSync(file));
    for (const damage of [
      (bytes: Buffer) => bytes.subarray(0, 40),
      (bytes: Buffer) => Buffer.from(bytes).fill(0x20, 40, 60),
    ]) {
      files.forEach((file, at) => writeFileSync(file, damage(whole[at] as Buffer)));
      expect(await runContainer(container)).toMatchObject({ status: 0 });
      expect(files.map((file) => readFileSync(file))).toEqual(whole);
    }
  });
});

/** What inspect and its C library need; of the runtime's own calls only execve comes after the profile is loaded. */
const ALLOWED = [
  ...[
    'access',
    'arch_prctl',
    'brk',
    'capget',
    'close',
    'dup',
    'execve',
    'exit',
    'exit_group',
    'fcntl',
    'fstat',
    'futex',
  ],
  ...[
    'get_mempolicy',
    'getcwd',
    'getdents64',
    'getgid',
    'getgroups',
    'getpgrp',
    'getpid',
    'getppid',
    'getrandom',
  ],
  ...[
    'getrlimit',
    'getsid',
    'getuid',
    'ioctl',
    'ioprio_get',
    'keyctl',
    'lseek',
    'lstat',
    'mmap',
    'mprotect',
    'munmap',
  ],
  ...[
    'newfstatat',
    'open',
    'openat',
    'personality',
    'prctl',
    'prlimit64',
    'read',
    'readlink',
    'readlinkat',
    'rseq',
  ],
  ...[
    'rt_sigaction',
    'rt_sigprocmask',
    'sched_getattr',
    'set_robust_list',
    'set_tid_address',
    'sigaltstack',
    'socket',
  ],
  ...['stat', 'umask', 'uname', 'write', 'mremap', 'geteuid', 'getegid', 'rt_sigreturn'],
];
