import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { probing } from '../support/config.ts';
import { inspected, makeContainer, refused, runContainer } from '../support/container.ts';

describe('process', () => {
  it('args and env arrive as they are, in order', async (context) => {
    needs(context);
    const report = await inspected(context, ({ process }) => {
      process.args = ['/bin/inspect', '--json', '--host-namespaces', ''];
      process.env = ['PATH=/bin', 'EMPTY=', 'ODD=a=b c\n"ü', 'HOME=/somewhere'];
    });
    expect(report.args).toEqual(['/bin/inspect', '--json', '--host-namespaces', '']);
    expect(report.env).toEqual(['PATH=/bin', 'EMPTY=', 'ODD=a=b c\n"ü', 'HOME=/somewhere']);
  });

  it('of a variable given twice the last counts', async (context) => {
    needs(context);
    const report = await inspected(context, ({ process }) => {
      process.env = ['PATH=/bin', 'X=1', 'X=2'];
    });
    expect(report.env.filter((each) => each.startsWith('X='))).toEqual(['X=2']);
  });

  it('HOME comes from /etc/passwd of the root where it is not set', async (context) => {
    needs(context);
    const root = await inspected(context);
    expect(root.env).toContain('HOME=/root');
    const user = await inspected(context, ({ process }) => {
      process.user = { uid: 1000, gid: 1000 };
    });
    expect(user.env).toContain('HOME=/home/user');
    const unknown = await inspected(context, ({ process }) => {
      process.user = { uid: 4242, gid: 4242 };
    });
    expect(unknown.env).toContain('HOME=/');
  });

  it('args[0] is looked up in the PATH of the container', async (context) => {
    needs(context);
    const report = await inspected(context, ({ process }, { rootfs }) => {
      mkdirSync(join(rootfs, 'opt/tools'), { recursive: true });
      copyFileSync(join(rootfs, 'bin/inspect'), join(rootfs, 'opt/tools/tool'));
      process.env = ['PATH=/nowhere:/opt/tools'];
      process.args = ['tool', '--json'];
    });
    expect(report.exe).toBe('/opt/tools/tool');
    expect(report.args[0]).toBe('tool');
  });

  it('a program that is missing is an error in the words that callers look for', async (context) => {
    needs(context);
    const message = await refused(context, ({ process }) => {
      process.args = ['nothing-of-that-name'];
    });
    expect(message).toMatch(/exec: "nothing-of-that-name": executable file not found in \$PATH/);
  });

  it('an empty name is that of a missing program', async (context) => {
    needs(context);
    const message = await refused(context, ({ process }) => {
      process.args = [''];
    });
    expect(message).toContain('exec: "": executable file not found in $PATH');
  });

  it('an absolute program that is missing is an error with the path', async (context) => {
    needs(context);
    const message = await refused(context, ({ process }) => {
      process.args = ['/bin/nothing'];
    });
    expect(message).toMatch(/\/bin\/nothing.*no such file or directory/);
  });

  it('a program that may not be executed is "permission denied"', async (context) => {
    needs(context);
    const message = await refused(context, ({ process }) => {
      process.args = ['/etc/passwd'];
    });
    expect(message).toMatch(/\/etc\/passwd.*permission denied/);
    const directory = await refused(context, ({ process }) => {
      process.args = ['/etc'];
    });
    expect(directory).toMatch(/exec: "\/etc": is a directory: permission denied/);
  });

  it('cwd is where the program starts, and is made where it is missing', async (context) => {
    needs(context);
    const present = await inspected(context, ({ process }) => {
      process.cwd = '/tmp';
    });
    expect(present.cwd).toBe('/tmp');
    const missing = await inspected(context, ({ process }) => {
      process.cwd = '/work/here';
      process.user = { uid: 1000, gid: 1000 };
    });
    expect(missing.cwd).toBe('/work/here');
  });

  it('cwd through a link ends inside the root', async (context) => {
    needs(context);
    const report = await inspected(context, ({ process }, { rootfs }) => {
      symlinkSync('/tmp', join(rootfs, 'link'));
      process.cwd = '/link';
    });
    expect(report.cwd).toBe('/tmp');
  });

  it('a relative cwd is refused', async (context) => {
    needs(context);
    expect(
      await refused(context, ({ process }) => {
        process.cwd = 'tmp';
      }),
    ).toMatch(/cwd/);
  });

  it.for([0, 1, 42, 255])('its exit status %d is that of run', async (status, context) => {
    needs(context);
    const container = makeContainer(context, probing(['exit', String(status)]));
    expect(await runContainer(container)).toMatchObject({ status, stderr: '' });
  });

  it('its standard streams are those of run', async (context) => {
    needs(context);
    const cat = makeContainer(context, probing(['cat']));
    expect(await runContainer(cat, { input: 'through the container' })).toMatchObject({
      status: 0,
      stdout: 'through the container',
    });
    const error = makeContainer(context, probing(['error', 'to', 'stderr']));
    expect((await runContainer(error)).stderr).toBe('to stderr\n');
  });

  it('no signal is ignored or blocked', async (context) => {
    needs(context);
    const report = await inspected(context);
    expect(report.ignoredSignals).toEqual([]);
    expect(report.blockedSignals).toEqual([]);
  });

  it('noNewPrivileges is as the config says', async (context) => {
    needs(context);
    expect((await inspected(context)).noNewPrivileges).toBe(true);
    const without = await inspected(context, ({ process }) => {
      delete process.noNewPrivileges;
    });
    expect(without.noNewPrivileges).toBe(false);
  });

  it('oomScoreAdj is set, and left alone where it is not given', async (context) => {
    needs(context);
    const set = await inspected(context, ({ process }) => {
      process['oomScoreAdj'] = 500;
    });
    expect(set.oomScoreAdj).toBe('500');
    expect((await inspected(context)).oomScoreAdj).toBe('0');
  });

  it('personality LINUX32 is set', async (context) => {
    needs(context);
    const report = await inspected(context, ({ linux }) => {
      linux['personality'] = { domain: 'LINUX32' };
    });
    expect(report.personality).toBe('0x8');
  });

  it('scheduler: SCHED_BATCH with a nice value', async (context) => {
    needs(context);
    const report = await inspected(context, ({ process }) => {
      process['scheduler'] = { policy: 'SCHED_BATCH', nice: 7 };
    });
    expect(report.scheduler).toMatchObject({ policy: 'SCHED_BATCH', nice: 7 });
  });

  it('scheduler: SCHED_FIFO with a priority and a flag', async (context) => {
    needs(context, 'real-time scheduling');
    const report = await inspected(context, ({ process }) => {
      process['scheduler'] = { policy: 'SCHED_FIFO', priority: 10, flags: ['SCHED_FLAG_RESET_ON_FORK'] };
    });
    expect(report.scheduler).toMatchObject({ policy: 'SCHED_FIFO', priority: 10, flags: 1 });
  });

  it('scheduler: SCHED_DEADLINE with its times', async (context) => {
    needs(context);
    const times = { runtime: 1_000_000, deadline: 10_000_000, period: 100_000_000 };
    const report = await inspected(context, ({ process }) => {
      process['scheduler'] = { policy: 'SCHED_DEADLINE', ...times };
    });
    expect(report.scheduler).toMatchObject({ policy: 'SCHED_DEADLINE', ...times });
  });

  it('ioPriority is set', async (context) => {
    needs(context);
    const report = await inspected(context, ({ process }) => {
      process['ioPriority'] = { class: 'IOPRIO_CLASS_BE', priority: 6 };
    });
    expect(report.ioPriority).toEqual({ class: 'IOPRIO_CLASS_BE', priority: 6 });
  });

  it('memoryPolicy is set', async (context) => {
    needs(context, 'memory policies');
    const report = await inspected(context, ({ linux }) => {
      linux['memoryPolicy'] = { mode: 'MPOL_BIND', nodes: '0', flags: ['MPOL_F_STATIC_NODES'] };
    });
    expect(report.memoryPolicy).toEqual({ mode: 'MPOL_BIND', flags: ['MPOL_F_STATIC_NODES'], nodes: ['0'] });
  });

  it('apparmorProfile is refused in words where AppArmor is off', async (context) => {
    needs(context, 'no apparmor');
    const message = await refused(context, ({ process }) => {
      process['apparmorProfile'] = 'some-profile';
    });
    expect(message).toMatch(/apparmor/i);
  });

  it('apparmorProfile: unconfined is set, one that is not loaded is an error', async (context) => {
    needs(context, 'apparmor');
    const report = await inspected(context, ({ process }) => {
      process['apparmorProfile'] = 'unconfined';
    });
    expect(report.lsmLabel).toMatch(/^unconfined/);
    const message = await refused(context, ({ process }) => {
      process['apparmorProfile'] = 'no-such-profile';
    });
    expect(message).toMatch(/no-such-profile/);
    expect(message).toMatch(/attr\//);
  });

  it('selinuxLabel is refused in words where SELinux is off', async (context) => {
    needs(context, 'no selinux');
    const message = await refused(context, ({ process }) => {
      process['selinuxLabel'] = 'system_u:system_r:container_t:s0';
    });
    expect(message).toMatch(/selinux/i);
  });

  it('it has a session keyring of its own, and with --no-new-keyring it has not', async (context) => {
    needs(context, 'keyrings');
    const own = makeContainer(context);
    const report = JSON.parse((await runContainer(own)).stdout) as { keyring: string | null };
    expect(report.keyring).toBe(`_ses.${own.id}`);
    const kept = makeContainer(context);
    const ended = await kept.runts(['run', '--no-new-keyring', '--bundle', kept.directory, kept.id]);
    expect((JSON.parse(ended.stdout) as { keyring: string | null }).keyring).not.toBe(`_ses.${kept.id}`);
  });

  it('nothing of the host is in its environment', async (context) => {
    needs(context);
    const container = makeContainer(context);
    const ended = await runContainer(container, { env: { SECRET_OF_THE_HOST: '1' } });
    expect(ended.stdout).not.toContain('SECRET_OF_THE_HOST');
  });

  it('it alone is in its pid namespace', async (context) => {
    needs(context);
    const { processes, pid, ppid } = await inspected(context);
    expect({ processes, pid, ppid }).toEqual({ processes: [], pid: 1, ppid: 0 });
  });

  it('leads a session of its own', async (context) => {
    needs(context);
    expect((await inspected(context)).sid).toBe(1);
  });
});
