import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { inspected, makeContainer, probed, runContainer } from '../support/container.ts';

const NONE = { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] };

describe('capabilities', () => {
  it('the five sets are as the config says', async (context) => {
    needs(context);
    const sets = {
      bounding: ['CAP_CHOWN', 'CAP_KILL', 'CAP_SETUID', 'CAP_NET_RAW'],
      effective: ['CAP_CHOWN'],
      permitted: ['CAP_CHOWN', 'CAP_KILL', 'CAP_NET_RAW'],
      inheritable: ['CAP_KILL', 'CAP_NET_RAW'],
      ambient: ['CAP_NET_RAW'],
    };
    const report = await inspected(context, ({ process }) => {
      process.user = { uid: 1000, gid: 1000 };
      process.capabilities = sets;
    });
    // execve(2) of a program without file capabilities by a user other than root leaves ambient ones.
    expect(report.capabilities.bounding).toEqual(sets.bounding);
    expect(report.capabilities.inheritable).toEqual(sets.inheritable);
    expect(report.capabilities.ambient).toEqual(sets.ambient);
    expect(report.capabilities.effective).toEqual(['CAP_NET_RAW']);
    expect(report.capabilities.permitted).toEqual(['CAP_NET_RAW']);
  });

  it('root gets what is bounding, and nothing is inheritable or ambient', async (context) => {
    needs(context);
    const names = ['CAP_CHOWN', 'CAP_KILL'];
    const report = await inspected(context, ({ process }) => {
      process.capabilities = { bounding: names, effective: names, permitted: names };
    });
    expect(report.capabilities).toEqual({ ...NONE, bounding: names, effective: names, permitted: names });
  });

  it('without capabilities there are none', async (context) => {
    needs(context);
    const absent = await inspected(context, ({ process }) => {
      delete process.capabilities;
    });
    expect(absent.capabilities).toEqual(NONE);
    const empty = await inspected(context, ({ process }) => {
      process.capabilities = { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] };
    });
    expect(empty.capabilities).toEqual(NONE);
  });

  it('a user other than root has none left', async (context) => {
    needs(context);
    const report = await inspected(context, ({ process }) => {
      process.user = { uid: 1000, gid: 1000 };
    });
    expect(report.capabilities.effective).toEqual([]);
    expect(report.capabilities.permitted).toEqual([]);
    expect(report.capabilities.ambient).toEqual([]);
  });

  it('a name that is unknown is a warning, not a failure', async (context) => {
    needs(context);
    const container = makeContainer(context, ({ process }) => {
      process.capabilities = {
        bounding: ['CAP_KILL', 'CAP_OF_TOMORROW'],
        effective: ['CAP_KILL'],
        permitted: ['CAP_KILL'],
      };
    });
    const ended = await runContainer(container);
    expect(ended.status).toBe(0);
    expect(ended.stderr).toMatch(/CAP_OF_TOMORROW/);
  });

  it('what is not given cannot be done', async (context) => {
    needs(context);
    const [chown, mount, hostname, mknod] = await probed(
      context,
      [
        ['chown', '/etc/passwd', '5', '5'],
        ['syscall', 'mount'],
        ['sethostname', 'x'],
        ['mknod', '/x', 'c', '1', '3'],
      ],
      ({ process }) => {
        process.capabilities = { bounding: ['CAP_KILL'], effective: ['CAP_KILL'], permitted: ['CAP_KILL'] };
      },
    );
    for (const probe of [chown, hostname, mknod]) expect(probe?.error).toBe('EPERM');
    expect(mount?.error).toMatch(/EPERM|EFAULT/);
  });
});
