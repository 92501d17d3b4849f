import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RuntsError } from '../../../src/errors.ts';
import { spec } from '../../../src/spec/builder/builder.ts';
import type { SpecBuilder } from '../../../src/spec/builder/builder.ts';
import { checkSpec } from '../../../src/spec/check.ts';
import { formatJson } from '../../../src/spec/json-format.ts';
import { readSpec } from '../../../src/spec/read.ts';
import type { Spec } from '../../../src/spec/types.ts';
import { skip } from '../../support/conditions.ts';
import { loadSchema, SCHEMA_NEEDED, schemaDirectory } from '../../support/oci-schema.ts';
import { anyLink, EACH, everything } from './chains.ts';

const begun = spec.base().args('/bin/true');

/** Holds a spec against the golden file; after a change that is meant: UPDATE_GOLDEN=1, and read the difference. */
function golden(name: string, builder: SpecBuilder): void {
  const file = new URL(`golden/${name}.config.json`, import.meta.url);
  if (process.env.UPDATE_GOLDEN !== undefined || !existsSync(file)) writeFileSync(file, builder.json());
  expect(builder.build()).toEqual(readSpec(readFileSync(file, 'utf8'), name).spec);
}

const allowed = (builder: SpecBuilder): readonly string[] =>
  builder.build().linux?.seccomp?.syscalls?.find(({ args }) => args === undefined)?.names ?? [];

function refusalOf(make: () => unknown): RuntsError {
  try {
    make();
  } catch (error) {
    if (error instanceof RuntsError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

describe('a spec of the builder', () => {
  it('is as the golden one for the base, for the base without root, and after every method', () => {
    const rootless = spec.base({ rootless: { uid: 1000, gid: 100 } }).args('/bin/true');
    golden('base', begun);
    golden('rootless', rootless.seccomp('unconfined'));
    golden('everything', everything(spec.base()));
  });

  it.each(Object.entries(EACH))('%s gives what the checks have no word about', (_, link) => {
    expect(checkSpec(link(begun).build())).toMatchObject({ ok: true, warnings: [] });
  });

  it(`is accepted by OCI's own schema, whichever method made it`, (context) => {
    if (schemaDirectory === undefined) return skip(context, SCHEMA_NEEDED);
    const accepts = loadSchema(schemaDirectory);
    const refused = Object.entries(EACH).filter(([, link]) => !accepts(JSON.parse(link(begun).json())));
    expect(refused.map(([name]) => name)).toEqual([]);
    expect(
      accepts(
        JSON.parse(
          spec
            .base({ rootless: { uid: 1, gid: 1 } })
            .args('a')
            .json(),
        ),
      ),
    ).toBe(true);
  });

  it('is what config.json says when its text is read', () => {
    const built = everything(spec.base());
    expect(readSpec(built.json(), 'config.json').spec).toEqual(built.build());
    expect(JSON.parse(JSON.stringify(begun))).toEqual(begun.build());
  });

  it('is right after any chain of methods, and read back the same', () => {
    fc.assert(
      fc.property(fc.array(anyLink, { maxLength: 8 }), (links) => {
        const built = links.reduce((b, link) => link(b), begun);
        const { spec: read, warnings } = readSpec(formatJson(accepted(built)), 'config.json');
        expect(read).toEqual(built.build());
        expect(warnings).toEqual([]);
      }),
    );
  });
});

/** Only ids that a user namespace does not map are found when all is put together. */
function accepted(builder: SpecBuilder): Spec {
  try {
    return builder.build();
  } catch (error) {
    if (!(error instanceof RuntsError) || !/is not mapped in the user namespace/.test(error.message))
      throw error;
    return builder.user(0).build();
  }
}

describe('a builder', () => {
  it('is left as it is by its methods', () => {
    const before = begun.json();
    for (const link of Object.values(EACH)) link(begun);
    expect(begun.json()).toBe(before);
  });

  it('gives one spec, which nobody can change for the others', () => {
    expect(begun.build()).toBe(begun.build());
    expect(() => Object.assign(begun.build().process, { cwd: '/else' })).toThrow(TypeError);
  });

  it('goes on from a spec that is there, and adds no seccomp profile to it', () => {
    const existing: Spec = {
      ociVersion: '1.0.2',
      root: { path: 'rootfs' },
      process: { args: ['sh'], cwd: '/', user: { uid: 0, gid: 0 } },
    };
    expect(spec.from(existing).build()).toEqual(existing);
    expect(spec.from(existing).env({ A: '1' }).build().process.env).toEqual(['A=1']);
    expect(spec.from(existing).seccomp('default').build().linux?.seccomp).toBeDefined();
  });

  it('replaces what is at the same place', () => {
    const { mounts = [], process } = begun
      .env({ A: '1', B: '2' })
      .env({ A: '3', B: undefined })
      .tmpfs('/dev/shm', { size: '1g' })
      .rlimit('RLIMIT_NOFILE', 9)
      .build();
    expect(process.env?.slice(1)).toEqual(['A=3']);
    expect(mounts.map(({ destination }) => destination)).toEqual(
      begun.build().mounts?.map(({ destination }) => destination),
    );
    expect(process.rlimits).toEqual([{ type: 'RLIMIT_NOFILE', soft: 9, hard: 9 }]);
  });

  it('patches objects property by property, takes arrays whole, and takes away what is undefined', () => {
    const { linux, hostname } = begun
      .hostname('x')
      .patch({ hostname: undefined, linux: { maskedPaths: ['/proc/kcore'], cgroupsPath: '/a' } })
      .patch((spec) => ({ ...spec, linux: { ...spec.linux, readonlyPaths: [] } }))
      .build();
    expect(hostname).toBeUndefined();
    expect(linux).toMatchObject({ cgroupsPath: '/a', maskedPaths: ['/proc/kcore'], readonlyPaths: [] });
    expect(linux?.namespaces).toEqual(begun.build().linux?.namespaces);
  });

  it('forgets the mappings of a user namespace that it leaves', () => {
    const { linux } = begun.userns({ uid: 100_000, size: 10 }).namespace('user', 'host').build();
    expect(linux).not.toHaveProperty('uidMappings');
  });
});

describe('the default seccomp profile', () => {
  it('allows all that the profile of the sample bundles does', () => {
    const sample = JSON.parse(
      readFileSync(new URL('../../../bundles/busybox/config.json', import.meta.url), 'utf8'),
    ) as Spec;
    const names = sample.linux?.seccomp?.syscalls?.[0]?.names ?? [];
    expect(names.filter((name) => !allowed(begun).includes(name))).toEqual([]);
  });

  it('goes by the capabilities that the program ends with, and names each call once', () => {
    expect(allowed(begun)).not.toContain('mount');
    const admin = allowed(begun.capabilities({ add: ['CAP_SYS_ADMIN', 'CAP_BPF'] }));
    expect(admin).toContain('mount');
    expect(new Set(admin).size).toBe(admin.length);
  });

  it('gives way to a profile, to none, and to one that a patch brings', () => {
    const profile = { defaultAction: 'SCMP_ACT_LOG' } as const;
    expect(begun.seccomp(profile).build().linux?.seccomp).toEqual(profile);
    expect(begun.patch({ linux: { seccomp: profile } }).build().linux?.seccomp).toEqual(profile);
    expect(begun.seccomp('unconfined').build().linux).not.toHaveProperty('seccomp');
  });
});

/** Calls as JavaScript may make them. */
type Untyped = { readonly [method in keyof SpecBuilder]: (...args: readonly unknown[]) => unknown };

const NO_SIZE = 'is no size: expected bytes, or a number with k, m, g, t or p, such as 64MiB';
const NO_PATH = 'is not an absolute path: expected a path that begins with /';
const PHASES = 'prestart, createRuntime, createContainer, startContainer, poststart, poststop';
const BASE_MOUNTS = '/proc, /dev, /dev/pts, /dev/shm, /dev/mqueue, /sys, /sys/fs/cgroup';

const REFUSED: readonly (readonly [method: keyof SpecBuilder, args: readonly unknown[], words: string])[] = [
  ['memory', ['64MB?'], `"64MB?" ${NO_SIZE}`],
  ['memory', [0], `0 ${NO_SIZE}`],
  ['memory', ['unlimited', { swap: 0 }], 'swap 0 needs a limit of the memory: expected a size'],
  ['memory', ['1g', { swop: 0 }], 'swop is no option of it: expected swap'],
  ['cpus', [0], '0 is no number of processors: expected 0.01 or more, such as 1.5'],
  ['cpus', ['2'], '"2" is no number of processors: expected 0.01 or more, such as 1.5'],
  ['cpuShares', [1], '1 is no share: expected an integer from 2 to 262144, of which 1024 is usual'],
  ['cpuset', ['a'], '.cpus: "a" is not a list of numbers: expected a list such as 0-3,7'],
  ['pids', [-1], `-1 is no number of tasks: expected an integer from 1, or 'unlimited'`],
  ['cwd', ['srv'], `"srv" ${NO_PATH}`],
  ['env', [{ 'A=B': '' }], '"A=B" is no name of a variable: expected a name without ='],
  ['env', [{ A: 'x\0' }], String.raw`"A=x\u0000" holds a NUL character: expected a string without it`],
  ['env', [{ PORT: 80 }], 'PORT 80 has the wrong type: expected a string'],
  ['args', [], '[0]: undefined has the wrong type: expected a string'],
  ['user', [-1], '.uid: -1 is negative, which a user id cannot be: expected an integer from 0 to 4294967294'],
  ['user', ['root'], '"root" has the wrong type: expected an object'],
  [
    'user',
    [{ uid: 1, umask: 512 }],
    '.umask: 512 is too large for a umask: expected an integer from 0 to 511',
  ],
  ['hostname', ['x'.repeat(65)], `"${'x'.repeat(65)}" has 65 bytes: expected 64 bytes at most`],
  ['rlimit', ['RLIMIT_CORE', 2, 1], '.soft: 2 is above the hard limit: expected 1 at most'],
  ['capabilities', [{ add: ['CHOWN'] }], '"CHOWN" is no capability: expected CAP_CHOWN'],
  ['mount', [{ bind: 'data', to: '/data' }], `bind "data" ${NO_PATH}`],
  ['mount', [{ bind: '/data', to: 'data' }], `to "data" ${NO_PATH}`],
  ['mount', [{ bind: '/a', to: '/b', readOnly: true }], 'readOnly is no option of it: expected readonly'],
  [
    'mount',
    [{ bind: '/a', to: '/b', options: ['nosuit'] }],
    '.options[1]: "nosuit" is ignored: an option of a file system means nothing to a bind mount: expected nosuid',
  ],
  [
    'mount',
    [{ bind: '/a', type: 'tmpfs', to: '/b' }],
    'type is no option of it: expected one of bind, to, readonly, recursive, options',
  ],
  ['mount', [{ to: '/b' }], 'type undefined is no file system: expected bind: PATH, or a type such as tmpfs'],
  [
    'mount',
    [{ bind: '/a', to: '/b', readonly: 'deep' }],
    `readonly "deep" is not known: expected true, false or 'recursive'`,
  ],
  [
    'tmpfs',
    ['/tmp', { mode: 4096 }],
    'mode 4096 is no set of permissions: expected a number from 0 to 0o7777',
  ],
  ['unmount', ['/srv'], `nothing is mounted at "/srv": expected one of ${BASE_MOUNTS}`],
  [
    'device',
    ['/dev/sda'],
    'the numbers of "/dev/sda" are not known: expected /dev/fuse, /dev/kvm, /dev/net/tun, or { path, type, major, minor }',
  ],
  [
    'device',
    [{ path: '/dev/x', type: 'c' }],
    '.major: is required for a device of type c: expected a number',
  ],
  [
    'namespace',
    ['netwrk', 'new'],
    '.type: "netwrk" is not a namespace type (did you mean network?): expected one of pid, network, mount, ipc, uts, user, cgroup, time',
  ],
  [
    'namespace',
    ['mount', 'host'],
    `mount 'host' would cover files of the host: expected 'new', { path } or { pid }`,
  ],
  ['namespace', ['ipc', { pid: 0 }], 'pid 0 is no process: expected an integer from 1'],
  ['namespace', ['ipc', 'nwe'], `ipc "nwe" is not known: expected 'new', 'host', { path } or { pid }`],
  [
    'userns',
    [{ uid: 0, size: 0 }],
    '[0].size: 0 is too small for a number of ids: expected an integer from 1 to 4294967295',
  ],
  ['cgroup', ['a/../b'], '"a/../b" has a .. in it: expected a path that stays below the cgroup root'],
  [
    'unified',
    [{ '../x': '1' }],
    '["../x"]: "../x" is not a file name: expected the name of a file of the cgroup, such as memory.high',
  ],
  ['sysctl', [{ 'net.x': 1 }], '["net.x"]: 1 has the wrong type: expected a string'],
  ['hook', ['prestrat', { path: '/a' }], `"prestrat" is no phase: expected one of ${PHASES}`],
  ['hook', ['poststop', { path: 'a' }], `.path: "a" ${NO_PATH}`],
  ['seccomp', ['none'], '"none" has the wrong type: expected an object'],
];

/** Never called: it does not compile where one of these does (npm run lint). */
export function nonsense(b: SpecBuilder): void {
  // @ts-expect-error no size
  b.memory('64MB?');
  // @ts-expect-error misspelt
  b.memory('1g', { swop: 0 });
  // @ts-expect-error no number
  b.cpus('2');
  // @ts-expect-error no string
  b.env({ PORT: 80 });
  // @ts-expect-error no program
  b.args();
  // @ts-expect-error a name, which only the root file system could tell
  b.user('root');
  // @ts-expect-error no capability
  b.capabilities({ add: ['CHOWN'] });
  // @ts-expect-error misspelt
  b.mount({ bind: '/a', to: '/b', readOnly: true });
  // @ts-expect-error no word of a bind mount
  b.mount({ bind: '/a', to: '/b', options: ['nosuit'] });
  // @ts-expect-error both
  b.mount({ bind: '/a', type: 'tmpfs', to: '/b' });
  // @ts-expect-error neither
  b.mount({ to: '/b' });
  // @ts-expect-error of which only the host knows the numbers
  b.device('/dev/sda');
  // @ts-expect-error no numbers
  b.device({ path: '/dev/x', type: 'c' });
  // @ts-expect-error misspelt
  b.namespace('netwrk', 'new');
  // @ts-expect-error would cover the host's files
  b.namespace('mount', 'host');
  // @ts-expect-error misspelt
  b.hook('prestrat', { path: '/a' });
  // @ts-expect-error misspelt
  b.seccomp({ defaultAction: 'SCMP_ACT_ALOW' });
  // @ts-expect-error of no section
  b.patch({ linux: { maskdPaths: [] } });
}

describe('what a builder refuses', () => {
  it.each(REFUSED)('%s(...%j)', (method, args, words) => {
    const called = refusalOf(() => (begun as unknown as Untyped)[method](...args));
    const message = /^[.[]/.test(words) ? `${method}${words}` : `${method}: ${words}`;
    expect(called).toMatchObject({ code: 'INVALID_ARGUMENT', message });
  });

  it('what does not fit together is found at build, all of it', () => {
    const error = refusalOf(() => spec.base().hostname('x').namespace('uts', 'host').build());
    expect(error).toMatchObject({ code: 'INVALID_CONFIG', details: { path: '/process/args' } });
    expect(error.details.problems).toEqual([
      '/process/args: is empty: expected one entry at least',
      '/hostname: "x" needs a uts namespace: expected an entry of type uts in /linux/namespaces',
    ]);
  });

  it('a spec that is wrong already', () => {
    const error = refusalOf(() => spec.from({ ...begun.build(), ociVersion: '2.0.0' }));
    expect(error.message).toMatch(/^spec: \/ociVersion: "2\.0\.0" is not supported/);
  });
});
