import { describe, expect, it } from 'vitest';
import { subCgroupOf } from '../../src/container/exec.ts';
import { processFromFile, processFromFlags } from '../../src/container/exec-process.ts';
import type { ProcessFlags } from '../../src/container/exec-process.ts';
import type { Process } from '../../src/spec/types.ts';
import { memoryHost } from '../support/memory-host.ts';

const NO_FLAGS: ProcessFlags = { args: ['id'], env: [], tty: false, additionalGids: [], caps: [] };

const OWN: Process = {
  terminal: true,
  user: { uid: 5, gid: 6, additionalGids: [7] },
  args: ['sh'],
  env: ['A=1'],
  cwd: '/',
  capabilities: {
    bounding: ['CAP_KILL'],
    effective: [],
    permitted: [],
    inheritable: ['CAP_CHOWN'],
    ambient: [],
  },
};

describe('the process of exec', () => {
  it("is the container's own with another program and no terminal", () => {
    const { process } = processFromFlags(OWN, NO_FLAGS);
    expect(process).toMatchObject({ args: ['id'], terminal: false, user: OWN.user, env: ['A=1'], cwd: '/' });
  });

  it('takes what the flags say', () => {
    const flags = {
      ...NO_FLAGS,
      tty: true,
      env: ['A=2', 'B=3'],
      cwd: '/tmp',
      user: '1',
      additionalGids: [8],
      apparmor: 'p',
    };
    const { process } = processFromFlags(OWN, { ...flags, processLabel: 'l', noNewPrivileges: true });
    expect(process).toMatchObject({
      terminal: true,
      env: ['A=1', 'A=2', 'B=3'],
      cwd: '/tmp',
      user: { uid: 1, gid: 6, additionalGids: [7, 8] },
      apparmorProfile: 'p',
      selinuxLabel: 'l',
      noNewPrivileges: true,
    });
  });

  it('adds capabilities, never inheritable ones, ambient ones only where they are inheritable already', () => {
    const { process } = processFromFlags(OWN, { ...NO_FLAGS, caps: ['CAP_CHOWN', 'sys_admin', 'kill'] });
    expect(process.capabilities).toEqual({
      bounding: ['CAP_KILL', 'CAP_CHOWN', 'CAP_SYS_ADMIN'],
      effective: ['CAP_CHOWN', 'CAP_SYS_ADMIN', 'CAP_KILL'],
      permitted: ['CAP_CHOWN', 'CAP_SYS_ADMIN', 'CAP_KILL'],
      inheritable: ['CAP_CHOWN'],
      ambient: ['CAP_CHOWN'],
    });
  });

  it('needs a program', () => {
    expect(() => processFromFlags(OWN, { ...NO_FLAGS, args: [] })).toThrow('exec args cannot be empty');
  });

  it.each([
    [{ cwd: 'relative' }, /cwd/],
    [{ env: ['NOVALUE'] }, /env/],
    [{ user: '0x1' }, /bad uid/],
  ])('refuses %j', (change, message) => {
    expect(() => processFromFlags(OWN, { ...NO_FLAGS, ...change })).toThrow(message);
  });

  it('stands alone if it comes from a file', () => {
    const host = memoryHost();
    host.tree.set('/bundle/p.json', '{"args":["true"],"cwd":"/x"}');
    expect(processFromFile(host, 'p.json').process).toMatchObject({
      args: ['true'],
      cwd: '/x',
      user: { uid: 0, gid: 0 },
    });
    host.tree.set('/bundle/p.json', '{"args":[],"cwd":"/x"}');
    expect(() => processFromFile(host, 'p.json')).toThrow('p.json: /args');
  });
});

describe('--cgroup of exec', () => {
  it.each([
    [[], undefined],
    [['sub'], '/sub'],
    [['/a/../b/'], '/b'],
    [['.'], '/'],
  ])('%j is %j', (paths, path) => {
    expect(subCgroupOf(paths)).toBe(path);
  });

  it.each([['..'], ['a/../..'], ['/../x']])('refuses %j', (path) => {
    expect(() => subCgroupOf([path])).toThrow('bad sub cgroup path');
  });

  it('refuses what is of cgroup v1', () => {
    expect(() => subCgroupOf(['cpu:/a'])).toThrow('invalid --cgroup argument: cpu:/a');
    expect(() => subCgroupOf(['a', 'b'])).toThrow('invalid --cgroup argument: b');
  });
});
