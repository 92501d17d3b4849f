import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { writeConfig } from '../support/bundle.ts';
import type { Bundle } from '../support/bundle.ts';
import { needs } from '../support/conditions.ts';
import type { TestConfig } from '../support/config.ts';
import { ownUsers, probing } from '../support/config.ts';
import {
  makeContainer,
  parseProbes,
  runContainer,
  startDetached,
  waitForStatus,
} from '../support/container.ts';
import type { Prepare } from '../support/container.ts';
import { mountAt } from '../support/report.ts';
import type { Report } from '../support/report.ts';
import { INSPECT, ROOT } from '../support/run.ts';

const NAME = 'dev.runts.overlay';

/** Layers as make-layers.sh of bundles/layered makes them, but with inspect alone. */
function makeLayers({ directory, rootfs }: Bundle): string {
  const layers = join(directory, 'layers');
  cpSync(rootfs, join(layers, 'base'), { recursive: true });
  mkdirSync(join(layers, 'base/srv'));
  for (const name of ['one', 'two']) writeFileSync(join(layers, 'base/srv', name), `${name} of base`);
  writeFileSync(join(layers, 'base/etc/motd'), 'of base');
  writeFileSync(join(layers, 'base/etc/old'), 'of base');
  mkdirSync(join(layers, 'app/etc'), { recursive: true });
  mkdirSync(join(layers, 'app/srv'));
  writeFileSync(join(layers, 'app/etc/motd'), 'of app');
  writeFileSync(join(layers, 'app/srv/three'), 'three of app');
  mkdirSync(join(layers, 'init/etc'), { recursive: true });
  writeFileSync(join(layers, 'init/etc/hostname'), 'of init');
  spawnSync('mknod', [join(layers, 'app/etc/old'), 'c', '0', '0']);
  spawnSync(INSPECT, ['setxattr', join(layers, 'app/srv'), 'trusted.overlay.opaque', 'y']);
  return layers;
}

function annotate(config: TestConfig, { directory }: Bundle): void {
  for (const name of ['upper', 'work']) mkdirSync(join(directory, name));
  config.annotations = {
    [`${NAME}.lower`]: 'layers/app:layers/base',
    [`${NAME}.init`]: 'layers/init',
    [`${NAME}.upper`]: 'upper',
    [`${NAME}.work`]: 'work',
  };
}

const layered =
  (change: (config: TestConfig) => void): Prepare =>
  (config, bundle) => {
    makeLayers(bundle);
    annotate(config, bundle);
    change(config);
  };

const walk = (directory: string): string[] => readdirSync(directory, { recursive: true }).map(String).sort();

function needsOverlay(context: TestContext): void {
  needs(context, 'overlay');
}

describe('a root file system of layers', () => {
  it('is their sum: the topmost wins, whiteouts hide, opaque directories cover', async (context) => {
    needsOverlay(context);
    const container = makeContainer(
      context,
      layered(
        probing(
          ['read', '/etc/motd'],
          ['read', '/etc/hostname'],
          ['stat', '/etc/old'],
          ['ls', '/srv'],
          ['ls', '/etc'],
        ),
      ),
    );
    const ended = await runContainer(container);
    expect(ended.stderr).toBe('');
    const [motd, hostname, old, srv, etc] = parseProbes(ended.stdout);
    expect(motd?.value).toBe('of app');
    expect(hostname?.value).toBe('of init');
    expect(old?.error).toBe('ENOENT');
    expect(srv?.value).toEqual(['three']);
    expect(etc?.value).toEqual(['group', 'hostname', 'motd', 'passwd']);
  });

  it('what is written lies in the writable layer, and the others stay as they were', async (context) => {
    needsOverlay(context);
    const container = makeContainer(
      context,
      layered(probing(['write', '/srv/new', 'x'], ['unlink', '/etc/motd'], ['append', '/etc/passwd', 'x'])),
    );
    const layers = join(container.directory, 'layers');
    const before = walk(layers);
    const ended = await runContainer(container);
    expect(parseProbes(ended.stdout).map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
    expect(walk(layers)).toEqual(before);
    expect(readFileSync(join(layers, 'base/etc/passwd'), 'utf8').endsWith('x')).toBe(false);
    expect(readFileSync(join(container.directory, 'upper/srv/new'), 'utf8')).toBe('x');
  });

  it('two containers at once see their own writes and deletions, and the host has no mount of it', async (context) => {
    needsOverlay(context);
    const container = makeContainer(context, (config, bundle) => {
      layered(probing(['write', '/mine', 'first'], ['unlink', '/srv/three'], ['sleep', '60']))(
        config,
        bundle,
      );
    });
    await startDetached(container);
    const layers = join(container.directory, 'layers');
    const second = makeContainer(context, (config, bundle) => {
      annotate(config, bundle);
      probing(['stat', '/mine'], ['ls', '/srv'], ['write', '/mine', 'second'])(config);
      config.annotations = {
        ...config.annotations,
        [`${NAME}.lower`]: `${layers}/app:${layers}/base`,
        [`${NAME}.init`]: `${layers}/init`,
      };
    });
    const [stat, srv] = parseProbes((await runContainer(second)).stdout);
    expect(stat?.error).toBe('ENOENT');
    expect(srv?.value).toEqual(['three']);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(container.id);
    const own = ['exec', container.id, '/bin/inspect', 'read', '/mine', ';', 'ls', '/srv'];
    const [mine, left] = parseProbes((await container.runts(own)).stdout);
    expect(mine?.value).toBe('first');
    expect(left?.value).toEqual([]);
  });

  it('two containers never write to one layer; after the end of one the next may', async (context) => {
    needsOverlay(context);
    const container = makeContainer(context, layered(probing(['sleep', '60'])));
    await startDetached(container);
    const run = ['run', '--bundle', container.directory, `${container.id}-2`];
    const refused = await container.runts(run);
    expect(refused.status).toBe(1);
    const upper = join(container.directory, 'upper');
    expect(refused.stderr).toContain(
      `annotations["dev.runts.overlay.upper"]: container ${container.id} writes to ${upper}`,
    );
    await container.runts(['kill', container.id, 'KILL']);
    await waitForStatus(container, 'stopped');
    probing(['stat', '/'])(container.config);
    writeConfig(container);
    expect(await container.runts(run)).toMatchObject({ status: 0, stderr: '' });
  });

  it('without a writable layer it is read-only', async (context) => {
    needsOverlay(context);
    const container = makeContainer(context, (config, bundle) => {
      layered(probing(['write', '/x', 'x'], ['read', '/etc/motd']))(config, bundle);
      delete config.annotations?.[`${NAME}.upper`];
      delete config.annotations?.[`${NAME}.work`];
    });
    const [write, read] = parseProbes((await runContainer(container)).stdout);
    expect(write?.error).toBe('EROFS');
    expect(read?.value).toBe('of app');
  });

  it('of one layer it is that layer, read-only', async (context) => {
    needs(context);
    const container = makeContainer(context, (config, bundle) => {
      layered(probing(['write', '/x', 'x'], ['read', '/etc/motd']))(config, bundle);
      config.annotations = { [`${NAME}.lower`]: 'layers/base' };
    });
    const [write, read] = parseProbes((await runContainer(container)).stdout);
    expect(write?.error).toBe('EROFS');
    expect(read?.value).toBe('of base');
  });

  it('in a user namespace the layers belong to its root', async (context) => {
    needs(context, 'overlay', 'user namespaces');
    const container = makeContainer(
      context,
      layered((config) => {
        ownUsers(config);
        probing(['stat', '/etc/motd'], ['write', '/etc/motd', 'mine'], ['stat', '/etc/motd'])(config);
      }),
    );
    const ended = await runContainer(container);
    expect(ended.stderr).toBe('');
    const [before, write, after] = parseProbes(ended.stdout);
    expect(before?.value).toMatchObject({ uid: 0, gid: 0 });
    expect(write?.error).toBeUndefined();
    expect(after?.value).toMatchObject({ uid: 0, gid: 0 });
  });

  it('a missing layer is an error that names the annotation and the directory', async (context) => {
    needs(context);
    const container = makeContainer(context, (config) => {
      config.annotations = { [`${NAME}.lower`]: '/no/such/layer:/nor/this' };
    });
    const ended = await runContainer(container);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toMatch(/dev\.runts\.overlay\.lower/);
    expect(ended.stderr).toMatch(/\/no\/such\/layer/);
  });

  it('bundles/layered runs', async (context) => {
    needsOverlay(context);
    const source = join(ROOT, 'bundles/layered');
    const container = makeContainer(context, (config, { directory }) => {
      const own = JSON.parse(readFileSync(join(source, 'config.json'), 'utf8')) as TestConfig;
      const { mounts, linux } = config;
      Object.assign(config, own, { mounts, linux: { ...own.linux, cgroupsPath: linux.cgroupsPath } });
      for (const name of ['upper', 'work']) mkdirSync(join(directory, `work/${name}`), { recursive: true });
      cpSync(join(source, 'layers/base'), join(directory, 'layers/base'), {
        recursive: true,
        verbatimSymlinks: true,
      });
      for (const layer of ['app', 'init']) mkdirSync(join(directory, 'layers', layer));
      config.process = { ...config.process, terminal: false, args: ['/bin/inspect', '--json'] };
    });
    const ended = await runContainer(container);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(mountAt(JSON.parse(ended.stdout) as Report, '/')).toMatchObject({ type: 'overlay' });
  });
});
