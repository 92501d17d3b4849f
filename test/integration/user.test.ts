import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { inspected, probed, refused } from '../support/container.ts';
import type { Stat } from '../support/report.ts';

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
      [['write', '/etc/passwd', 'x'], ['write', '/tmp/x', 'x'], ['stat', '/tmp/x']],
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
    const [open] = await probed(context, [['open', '/proc/self/fd/1', 'w']], ({ process }) => {
      process.user = { uid: 1000, gid: 1000 };
      process.capabilities = {};
    });
    expect(open?.error).toBeUndefined();
  });
});
