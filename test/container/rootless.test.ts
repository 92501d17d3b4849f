import { describe, expect, it } from 'vitest';
import { delegatedParent, readDelegation } from '../../src/container/delegation.ts';
import { readRootless } from '../../src/container/rootless.ts';
import { memoryHost } from '../support/memory-host.ts';
import type { MemoryHost, MemoryHostOptions } from '../support/memory-host.ts';

function machine(files: Readonly<Record<string, string>>, options: MemoryHostOptions = {}): MemoryHost {
  const host = memoryHost({ uid: 1000, capabilities: [], ...options });
  for (const [path, text] of Object.entries(files)) host.tree.set(path, text);
  return host;
}

const FIRST = { '/proc/self/uid_map': '0 0 4294967295\n', '/proc/self/gid_map': '0 0 4294967295\n' };
const OTHER = {
  '/proc/self/uid_map': '         0       1000          1\n         1     100000      65536\n',
  '/proc/self/gid_map': '0 1000 1\n',
  '/proc/self/setgroups': 'deny\n',
};

describe('who the runtime is', () => {
  it('root of the machine has CAP_SYS_ADMIN in the first user namespace', () => {
    expect(readRootless(machine(FIRST, { capabilities: ['CAP_SYS_ADMIN'] }))).toBeUndefined();
    expect(readRootless(machine(FIRST))).toMatchObject({ kind: 'user', gid: 1000, deniesGroups: false });
  });

  it('root of another user namespace has it there', () => {
    expect(readRootless(machine(OTHER, { uid: 0, capabilities: ['CAP_SYS_ADMIN'] }))).toMatchObject({
      kind: 'namespace',
      deniesGroups: true,
      tools: { uid: {}, gid: {} },
      mappings: {
        uid: [
          { containerID: 0, hostID: 1000, size: 1 },
          { containerID: 1, hostID: 100_000, size: 65_536 },
        ],
        gid: [{ containerID: 0, hostID: 1000, size: 1 }],
      },
    });
  });

  it('newuidmap is found in fixed directories, whatever PATH says', () => {
    const files = { ...FIRST, '/opt/newuidmap': '', '/usr/local/bin/newuidmap': '', '/bin/newgidmap': '' };
    const { tools } = readRootless(machine(files, { env: { PATH: '/opt' } })) ?? {};
    expect(tools).toEqual({ uid: { path: '/usr/local/bin/newuidmap' }, gid: { path: '/bin/newgidmap' } });
  });

  it('subordinate ids are given to a name or to a number', () => {
    const files = {
      ...FIRST,
      '/etc/passwd': 'root:x:0:0::/:/bin/sh\nalice:x:1000:1000::/:/bin/sh\n',
      '/etc/subuid': 'bob:1:2\nalice:100000:65536\n1000:300000:7\n',
    };
    expect(readRootless(machine(files))?.tools).toEqual({
      uid: {
        userName: 'alice',
        ranges: [
          { start: 100_000, count: 65_536 },
          { start: 300_000, count: 7 },
        ],
      },
      gid: { userName: 'alice', ranges: [] },
    });
  });

  it('they are not known where another source has them, or the user is not in /etc/passwd', () => {
    const passwd = { ...FIRST, '/etc/passwd': 'alice:x:1000:1000::/:/bin/sh\n' };
    const nss = machine({ ...passwd, '/etc/nsswitch.conf': 'passwd: files\nsubid: sss\n' });
    expect(readRootless(nss)?.tools.uid).toEqual({ userName: 'alice' });
    expect(readRootless(machine(FIRST))?.tools.uid).toEqual({});
  });

  it('parameters of the kernel that forbid user namespaces are named', () => {
    const none = { ...FIRST, '/proc/sys/user/max_user_namespaces': '0\n' };
    expect(readRootless(machine(none))?.forbiddenBy).toBe('user.max_user_namespaces = 0');
    const debian = { ...FIRST, '/proc/sys/kernel/unprivileged_userns_clone': '0\n' };
    expect(readRootless(machine(debian))?.forbiddenBy).toBe('kernel.unprivileged_userns_clone = 0');
    const root = machine({ ...OTHER, ...debian, ...OTHER }, { capabilities: ['CAP_SYS_ADMIN'] });
    expect(readRootless(root)?.forbiddenBy).toBeUndefined();
  });
});

describe('delegated cgroups', () => {
  const tree = {
    '/c/cgroup.controllers': 'cpu memory pids\n',
    '/c/user/cgroup.controllers': 'memory pids\n',
    '/c/user/app/cgroup.controllers': 'pids\n',
  };
  const directories = ['/c', '/c/user', '/c/user/app', '/c/user/app/shell'];

  function delegation(own: string, path: string, writable: readonly string[]) {
    const host = machine(tree, {
      writable: (at) => writable.some((prefix) => at.startsWith(`/c${prefix}`) && at !== `/c${prefix}`),
    });
    for (const directory of directories) host.directories.add(directory);
    return readDelegation(host.files, { root: '/c', own }, path);
  }

  it.each([
    ['/', '/runts'],
    ['/shell', '/runts'],
    ['/user/app/shell', '/user/app/runts'],
    ['/../other', '/runts'],
  ])('from %s containers go below %s', (own, parent) => {
    expect(delegatedParent(own)).toBe(parent);
  });

  it('the controllers are those of the topmost cgroup that may be changed', () => {
    expect(delegation('/user/app/shell', '/user/app/runts/web', ['/user'])).toEqual({
      from: '/user',
      controllers: ['memory', 'pids'],
    });
  });

  it('a directory that may not be written to is missing', () => {
    expect(delegation('/user/app/shell', '/user/runts/web', ['/user/app'])).toMatchObject({
      missing: '/user',
    });
  });

  it('so is one that the process would have to cross', () => {
    expect(delegation('/', '/user/app/runts/web', ['/user'])).toMatchObject({ missing: '/' });
  });
});
