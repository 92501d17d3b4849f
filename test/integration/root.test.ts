import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { inspected, makeContainer, probed, refused, runContainer } from '../support/container.ts';
import { mountAt } from '../support/report.ts';
import type { Report } from '../support/report.ts';
import { RUNTS, run } from '../support/run.ts';

describe('root', () => {
  it('is the directory of the bundle and nothing above it', async (context) => {
    needs(context);
    const [ls, up] = await probed(
      context,
      [
        ['ls', '/'],
        ['ls', '/..'],
      ],
      (_, { rootfs }) => writeFileSync(join(rootfs, 'mark'), ''),
    );
    expect(ls?.value).toContain('mark');
    expect(up?.value).toEqual(ls?.value);
  });

  it('may be written to, and the bundle has what was written', async (context) => {
    needs(context);
    let file = '';
    await probed(context, [['write', '/made', 'hello']], (_, { rootfs }) => {
      file = join(rootfs, 'made');
    });
    expect(readFileSync(file, 'utf8')).toBe('hello');
  });

  it('is read-only where root.readonly says so', async (context) => {
    needs(context);
    const [write, mkdir, tmp] = await probed(
      context,
      [
        ['write', '/x', 'x'],
        ['mkdir', '/d'],
        ['write', '/dev/shm/x', 'x'],
      ],
      ({ root }) => {
        root.readonly = true;
      },
    );
    expect(write?.error).toBe('EROFS');
    expect(mkdir?.error).toBe('EROFS');
    expect(tmp?.error).toBeUndefined();
  });

  it('may be an absolute path', async (context) => {
    needs(context);
    const report = await inspected(context, ({ root }, { rootfs }) => {
      root.path = rootfs;
    });
    expect(mountAt(report, '/')?.root).toMatch(/rootfs$/);
  });

  it('is private or slave to the host by default: no mount of the container gets out', async (context) => {
    needs(context);
    const report = await inspected(context);
    for (const mount of report.mounts) expect(mount.propagation).not.toMatch(/shared/);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain('bundle/rootfs');
  });

  it.for(['private', 'slave', 'unbindable'])(
    'has the propagation %s where rootfsPropagation says so',
    async (propagation, context) => {
      needs(context);
      const report = await inspected(context, ({ linux }) => {
        linux.rootfsPropagation = propagation;
      });
      // A slave of a peer group that the host shares nothing in is the same as private.
      const wanted = propagation === 'slave' ? /slave|private/ : new RegExp(`^${propagation}$`);
      expect(mountAt(report, '/')?.propagation).toMatch(wanted);
    },
  );

  it('is shared where rootfsPropagation says so', async (context) => {
    needs(context);
    const report = await inspected(context, ({ linux }) => {
      linux.rootfsPropagation = 'shared';
    });
    expect(mountAt(report, '/')?.propagation).toMatch(/shared/);
  });

  it('hides the old root: no mount of the host is left', async (context) => {
    needs(context);
    const { mounts } = await inspected(context);
    const known = /^\/($|proc|dev|sys)/;
    for (const mount of mounts) expect(mount.target).toMatch(known);
  });

  it('hides the old root also where something is mounted over it', async (context) => {
    needs(context);
    const container = makeContainer(context);
    const command = 'mount -t tmpfs over / && exec "$@"';
    const runts = [RUNTS, '--root', container.state, 'run', '-b', container.directory, container.id];
    const ended = await run('unshare', ['-m', 'sh', '-c', command, 'sh', ...runts]);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    const { mounts } = JSON.parse(ended.stdout) as Report;
    expect(mounts.filter(({ target }) => target === '/')).toHaveLength(1);
    for (const mount of mounts) expect(mount.target).toMatch(/^\/($|proc|dev|sys)/);
  });

  it('works with --no-pivot', async (context) => {
    needs(context);
    const container = makeContainer(context);
    const ended = await container.runts(['run', '--no-pivot', '--bundle', container.directory, container.id]);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(ended.stdout)).toMatchObject({ pid: 1, cwd: '/' });
  });

  it('must exist: the error names root.path', async (context) => {
    needs(context);
    const message = await refused(context, ({ root }) => {
      root.path = 'missing';
    });
    expect(message).toMatch(/root/);
    expect(message).toMatch(/no such file or directory|does not exist/);
  });

  it('must be a directory', async (context) => {
    needs(context);
    const message = await refused(context, (_, { rootfs }) => {
      rmSync(rootfs, { recursive: true });
      writeFileSync(rootfs, '');
    });
    expect(message).toMatch(/root.*not a directory/s);
  });

  it('works where the bundle is reached through a symbolic link', async (context) => {
    needs(context);
    const container = makeContainer(context);
    const link = join(container.scratch, 'link');
    symlinkSync(container.directory, link);
    expect(await container.runts(['run', '--bundle', link, container.id])).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  it('does not change what the bundle holds beside mount points', async (context) => {
    needs(context);
    const container = makeContainer(context, (_, { rootfs }) => mkdirSync(join(rootfs, 'keep')));
    expect(await runContainer(container)).toMatchObject({ status: 0 });
    expect(existsSync(join(container.rootfs, 'keep'))).toBe(true);
    expect(existsSync(join(container.rootfs, 'dev/null'))).toBe(false);
    renameSync(container.rootfs, `${container.rootfs}-moved`);
  });
});
