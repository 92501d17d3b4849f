import { describe, expect, it, test } from 'vitest';
import { RuntsError } from '../../../src/errors.ts';
import { imageSpec } from '../../../src/image/bundle/config.ts';
import type { SpecOptions } from '../../../src/image/bundle/config.ts';
import type { ImageConfig, ImageProcess } from '../../../src/image/types.ts';
import type { Spec } from '../../../src/spec/types.ts';

const noFile = (): Promise<undefined> => Promise.resolve(undefined);

const imageOf = (config: ImageProcess, rest: Partial<ImageConfig> = {}): ImageConfig => ({
  os: 'linux',
  architecture: 'amd64',
  rootfs: { type: 'layers', diff_ids: [] },
  config: { Cmd: ['/bin/app'], ...config },
  ...rest,
});

async function specOf(
  config: ImageProcess,
  options?: SpecOptions,
  rest?: Partial<ImageConfig>,
): Promise<Spec> {
  return (await imageSpec(imageOf(config, rest), noFile, options)).spec.build();
}

const warningsOf = async (config: ImageProcess): Promise<readonly string[]> =>
  (await imageSpec(imageOf(config), noFile)).warnings;

const DEFAULT_PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

describe('the program', () => {
  const both = { Entrypoint: ['/entry', '-x'], Cmd: ['a', 'b'] };
  it.each<[string, ImageProcess, SpecOptions, string[]]>([
    ['is Entrypoint and Cmd', both, {}, ['/entry', '-x', 'a', 'b']],
    ['is Cmd where there is no Entrypoint', { Cmd: ['sh'] }, {}, ['sh']],
    ['is Entrypoint where there is no Cmd', { Entrypoint: ['/entry'], Cmd: [] }, {}, ['/entry']],
    ['has arguments of the caller in place of Cmd', both, { args: ['c'] }, ['/entry', '-x', 'c']],
    ['has Cmd where the caller gives no argument', both, { args: [] }, ['/entry', '-x', 'a', 'b']],
    ['has no Cmd of another Entrypoint', both, { entrypoint: ['/other'] }, ['/other']],
    ["is the caller's altogether", both, { entrypoint: ['/other'], args: ['c'] }, ['/other', 'c']],
  ])('%s', async (_, config, options, args) => {
    expect((await specOf(config, options)).process.args).toEqual(args);
  });

  it('is needed', async () => {
    await expect(specOf({ Cmd: [] })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'image: it names no program',
    });
  });
});

describe('the environment', () => {
  it.each<[string, string[], string[]]>([
    ['has a PATH where the image has none', ['A=1'], [DEFAULT_PATH, 'A=1']],
    ['is that of the image, in its order', ['B=', 'PATH=/bin', 'A=x=y'], ['B=', 'PATH=/bin', 'A=x=y']],
    ['is without what is no variable', ['PATH=/bin', 'A', '=b', 'C=\0', 'D=d'], ['PATH=/bin', 'D=d']],
  ])('%s', async (_, Env, env) => {
    expect((await specOf({ Env })).process.env).toEqual(env);
  });

  it('gets TERM with a terminal', async () => {
    const { process } = await specOf({ Env: ['PATH=/bin'] }, { terminal: true });
    expect(process).toMatchObject({ terminal: true, env: ['PATH=/bin', 'TERM=xterm'] });
  });

  it('warns of what it leaves out', async () => {
    expect(await warningsOf({ Env: ['A'] })).toEqual([
      'image: config.Env: "A" is left out: it is no NAME=value',
    ]);
  });
});

it.each([
  [undefined, '/'],
  ['', '/'],
  ['/srv/app', '/srv/app'],
  ['srv//app/', '/srv/app'],
  ['/srv/../../etc', '/etc'],
])('the working directory %j is %s', async (WorkingDir, cwd) => {
  expect((await specOf(WorkingDir === undefined ? {} : { WorkingDir })).process.cwd).toBe(cwd);
});

describe('annotations', () => {
  test('say what the image is, and a label has the last word', async () => {
    const config = {
      Labels: { 'org.opencontainers.image.author': 'label', maintainer: 'me', 'io.buildah.version': '1' },
      StopSignal: 'SIGINT',
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
    };
    const rest = {
      variant: 'v2',
      author: 'field',
      created: '2024-01-02T03:04:05Z',
      'os.version': '6',
      'os.features': ['a', 'b'],
    };
    expect((await specOf(config, {}, rest)).annotations).toEqual({
      'org.opencontainers.image.os': 'linux',
      'org.opencontainers.image.architecture': 'amd64',
      'org.opencontainers.image.variant': 'v2',
      'org.opencontainers.image.os.version': '6',
      'org.opencontainers.image.os.features': 'a,b',
      'org.opencontainers.image.author': 'label',
      'org.opencontainers.image.created': '2024-01-02T03:04:05Z',
      'org.opencontainers.image.stopSignal': 'SIGINT',
      'org.opencontainers.image.exposedPorts': '80/tcp,53/udp',
      maintainer: 'me',
      'io.buildah.version': '1',
    });
  });

  it.each([
    'dev.runts.overlay.lower',
    'run.oci.hooks.stdout',
    'RUN.oci.handler',
    'org.systemd.property.ExecStartPre',
    'org.criu.config',
    'bundle',
    'io.containerd.runc.v2',
    'io.kubernetes.cri.container-type',
    'io.katacontainers.config.hypervisor.path',
    'cdi.k8s.io/device',
    ' dev.runts.overlay.lower',
    '',
  ])('no label makes %j one, on which somebody acts', async (name) => {
    const config = { Labels: { [name]: '/etc', bundles: 'kept' } };
    const { annotations = {} } = await specOf(config);
    expect(Object.keys(annotations)).not.toContain(name);
    expect(annotations['bundles']).toBe('kept');
    expect(await warningsOf(config)).toEqual([
      `image: config.Labels: ${JSON.stringify(name)} is left out: a runtime would act on it`,
    ]);
  });
});

const mountsOf = async (...paths: string[]): Promise<string[]> => {
  const { mounts = [] } = await specOf({ Volumes: Object.fromEntries(paths.map((path) => [path, {}])) });
  return mounts.filter(({ source }) => source === 'volume').map(({ destination }) => destination);
};

describe('volumes', () => {
  test('are file systems in memory, the outer ones first', async () => {
    expect(await mountsOf('/var/lib/db/log', '/var/lib/db', 'data', '/a/../../b', '/data/')).toEqual([
      '/b',
      '/data',
      '/var/lib/db',
      '/var/lib/db/log',
    ]);
  });

  test('cover nothing that is not of the image', async () => {
    expect(await mountsOf('/', '/proc/self', '/sys', '/dev/../dev/shm', '/a/..', '/developer')).toEqual([
      '/developer',
    ]);
    expect(await warningsOf({ Volumes: { '/proc': {} } })).toEqual([
      'image: config.Volumes: "/proc" is left out: it would cover what is not of the image',
    ]);
  });

  test('are not so many that nobody can mount them', async () => {
    await expect(mountsOf(...Array.from({ length: 300 }, (_, number) => `/${number}`))).rejects.toThrow(
      'image: config.Volumes: 300 volumes, and at most 256 are made',
    );
  });
});

test('the rest is that of spec.base() with a root that can be written and what root in an image needs', async () => {
  const spec = await specOf({});
  expect(spec.root).toEqual({ path: 'rootfs', readonly: false });
  expect(spec.process).toMatchObject({ user: { uid: 0, gid: 0 }, noNewPrivileges: true });
  expect(spec.process.capabilities?.effective).toEqual(
    expect.arrayContaining(['CAP_CHOWN', 'CAP_SETUID', 'CAP_KILL']),
  );
  expect(spec.process.capabilities?.effective).not.toContain('CAP_SYS_ADMIN');
  expect(spec.process.capabilities?.ambient).toEqual([]);
  expect(spec.linux?.seccomp?.defaultAction).toBe('SCMP_ACT_ERRNO');
  expect((await specOf({}, { readonly: true, hostname: 'box' })).root.readonly).toBe(true);
  expect((await specOf({}, { hostname: 'box' })).hostname).toBe('box');
});

test('a caller may say the user, and an image without a config has root alone', async () => {
  expect((await specOf({ User: '1' }, { user: '7:8' })).process.user).toEqual({ uid: 7, gid: 8 });
  const bare: ImageConfig = { os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [] } };
  const { spec } = await imageSpec(bare, noFile, { args: ['sh'] });
  expect(spec.build().process).toMatchObject({ args: ['sh'], user: { uid: 0, gid: 0 }, cwd: '/' });
  await expect(specOf({}, { user: '' + 2 ** 32 })).rejects.toThrow(RuntsError);
});
