import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { inspected, probed } from '../support/container.ts';
import { mountAt } from '../support/report.ts';

describe('maskedPaths', () => {
  it('a file reads as empty, a directory lists nothing and takes nothing', async (context) => {
    needs(context);
    const [file, directory, write, overFile] = await probed(
      context,
      [
        ['read', '/secret/file'],
        ['ls', '/secret/dir'],
        ['write', '/secret/dir/x', 'x'],
        ['stat', '/secret/file'],
      ],
      ({ linux }, { rootfs }) => {
        mkdirSync(join(rootfs, 'secret/dir'), { recursive: true });
        writeFileSync(join(rootfs, 'secret/file'), 'secret');
        writeFileSync(join(rootfs, 'secret/dir/file'), 'secret');
        linux.maskedPaths = ['/secret/file', '/secret/dir', '/not/there'];
      },
    );
    expect(file?.value).toBe('');
    expect(directory?.value).toEqual([]);
    expect(write?.error).toBe('EROFS');
    expect(overFile?.value).toMatchObject({ type: 'char', major: 1, minor: 3 });
  });

  it('the usual ones of /proc and /sys are covered', async (context) => {
    needs(context);
    const [kcore, firmware] = await probed(context, [
      ['read', '/proc/kcore'],
      ['ls', '/sys/firmware'],
    ]);
    expect(kcore?.value ?? kcore?.error).toMatch(/^$|ENOENT/);
    expect(firmware?.value ?? []).toEqual([]);
  });
});

describe('readonlyPaths', () => {
  it('cannot be written to, files and directories and what is below', async (context) => {
    needs(context);
    const [file, below, beside, sys] = await probed(
      context,
      [
        ['write', '/ro/file', 'x'],
        ['write', '/ro/dir/new', 'x'],
        ['write', '/rw', 'x'],
        ['append', '/proc/sys/kernel/domainname', 'x'],
      ],
      ({ linux }, { rootfs }) => {
        mkdirSync(join(rootfs, 'ro/dir'), { recursive: true });
        writeFileSync(join(rootfs, 'ro/file'), '');
        linux.readonlyPaths = ['/ro/file', '/ro/dir', '/not/there', '/proc/sys'];
      },
    );
    expect(file?.error).toBe('EROFS');
    expect(below?.error).toBe('EROFS');
    expect(beside?.error).toBeUndefined();
    expect(sys?.error).toBe('EROFS');
  });

  it('keep the flags of the mount that they are of', async (context) => {
    needs(context);
    const report = await inspected(context);
    expect(mountAt(report, '/proc/sys')?.options).toEqual(
      expect.arrayContaining(['ro', 'nosuid', 'nodev', 'noexec']),
    );
  });
});
