import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { probing } from '../support/config.ts';
import { inspected, makeContainer, parseProbes, probed, refused } from '../support/container.ts';
import type { Stat } from '../support/report.ts';
import { RUNTS, run } from '../support/run.ts';

describe('user', () => {
  it('uid, gid and additional groups are set', async (context) => {
    needs(context);
    const report = await inspected(context, ({ process }) => {
      process.user = { uid: 1000, gid: 1001, additionalGids: [5, 1002] };
    });
    expect(report).toMatchObject({ uid: 1000, gid: 1001, groups: [5, 1002] });
  });

  it('without additional groups there are none, whatever the caller had', async (context) => {
    needs(context);
    expect((await inspected(context)).groups).toEqual([]);
  });

  it('a user whose number is a name in /etc/passwd stays that number', async (context) => {
    needs(context);
    const report = await inspected(context, ({ process }) => {
      process.user = { uid: 1000, gid: 1000 };
    });
    expect(report.uid).toBe(1000);
  });

  it('the largest id works, and the one above is refused', async (context) => {
    needs(context);
    const report = await inspected(context, ({ process }) => {
      process.user = { uid: 4_294_967_294, gid: 4_294_967_294 };
    });
    expect(report).toMatchObject({ uid: 4_294_967_294, gid: 4_294_967_294 });
    const message = await refused(context, ({ process }) => {
      process.user = { uid: 4_294_967_295, gid: 0 };
    });
    expect(message).toMatch(/process[./]user[./]uid/);
  });

  it('umask is as given, 0022 otherwise', async (context) => {
    needs(context);
    expect((await inspected(context)).umask).toBe('0022');
    const report = await inspected(context, ({ process }) => {
      process.user.umask = 0o077;
    });
    expect(report.umask).toBe('0077');
  });

  it('a user without privileges cannot write to what root owns', async (context) => {
    needs(context);
    const [write, tmp, stat] = await probed(
      context,
      [
        ['write', '/etc/passwd', 'x'],
        ['write', '/tmp/x', 'x'],
        ['stat', '/tmp/x'],
      ],
      ({ process }) => {
        process.user = { uid: 1000, gid: 1000 };
        process.capabilities = {};
      },
    );
    expect(write?.error).toBe('EACCES');
    expect(tmp?.error).toBeUndefined();
    expect(stat?.value as Stat).toMatchObject({ uid: 1000, gid: 1000 });
  });

  it('its standard streams belong to it where they are pipes', async (context) => {
    needs(context);
    const container = makeContainer(context, (config) => {
      probing(['open', '/proc/self/fd/1', 'w'], ['stat', '/proc/self/fd/1'])(config);
      config.process.user = { uid: 1000, gid: 1000 };
      config.process.capabilities = {};
    });
    const command = [RUNTS, '--root', container.state, 'run', '-b', container.directory, container.id];
    // A pipe of the shell: those of Node's child processes are sockets, which cannot be opened again.
    const ended = await run('sh', ['-c', '"$@" | cat', 'sh', ...command]);
    const [open] = parseProbes(ended.stdout);
    expect(open?.error).toBeUndefined();
  });
});
