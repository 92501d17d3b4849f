import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cgroupRoot, lacking, needs, skip } from '../support/conditions.ts';
import type { Condition } from '../support/conditions.ts';
import { all, ownUsers, probing } from '../support/config.ts';
import {
  create,
  inspected,
  makeContainer,
  probed,
  refused,
  runContainer,
  startDetached,
  stateOf,
} from '../support/container.ts';
import type { Prepare } from '../support/container.ts';
import type { Report } from '../support/report.ts';

const MIB = 1 << 20;

const resources =
  (values: Record<string, unknown>): Prepare =>
  ({ linux }) => {
    linux.resources = { ...linux.resources, ...values };
  };

describe('cgroup', () => {
  it('the container is at cgroupsPath, and sees it as /', async (context) => {
    needs(context);
    const container = makeContainer(context, probing(['sleep', '60']));
    await startDetached(container);
    const { pid } = await stateOf(container);
    expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toContain(`0::/runts-test/${container.id}\n`);
    const report = await inspected(context);
    expect(report.cgroup.path).toBe('/');
  });

  it('a relative cgroupsPath is below the root of the hierarchy or the own cgroup', async (context) => {
    needs(context);
    const container = makeContainer(context, (config, { id }) => {
      probing(['sleep', '60'])(config);
      config.linux.cgroupsPath = `runts-test-${id}/leaf`;
    });
    await startDetached(container);
    const { pid } = await stateOf(container);
    expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toMatch(
      new RegExp(`^0::/.*runts-test-${container.id}/leaf$`, 'm'),
    );
    await container.runts(['delete', '--force', container.id]);
    expect(existsSync(join(cgroupRoot ?? '', `runts-test-${container.id}/leaf`))).toBe(false);
  });

  it('without cgroupsPath it has one of its own', async (context) => {
    needs(context);
    const container = makeContainer(context, (config) => {
      probing(['sleep', '60'])(config);
      delete config.linux.cgroupsPath;
    });
    await startDetached(container);
    const { pid } = await stateOf(container);
    expect(readFileSync(`/proc/${pid}/cgroup`, 'utf8')).toMatch(new RegExp(`^0::/.*${container.id}`, 'm'));
  });

  it('one that has processes already is refused', async (context) => {
    needs(context);
    const first = makeContainer(context, probing(['sleep', '60']));
    await startDetached(first);
    const message = await refused(context, ({ linux }) => {
      linux.cgroupsPath = first.config.linux.cgroupsPath as string;
    });
    expect(message).toMatch(/cgroup is not empty|has processes|not empty/);
    expect((await stateOf(first)).status).toBe('running');
  });

  it('an empty one that is there already is taken', async (context) => {
    needs(context);
    const container = makeContainer(context);
    mkdirSync(join(cgroupRoot ?? '', 'runts-test', container.id), { recursive: true });
    expect(await runContainer(container)).toMatchObject({ status: 0, stderr: '' });
  });

  it('a mount of type cgroup shows the own cgroup, read-only as asked', async (context) => {
    needs(context);
    const [procs, write, mkdir] = await probed(context, [
      ['read', '/sys/fs/cgroup/cgroup.procs'],
      ['write', '/sys/fs/cgroup/cgroup.procs', '1'],
      ['mkdir', '/sys/fs/cgroup/sub'],
    ]);
    expect(procs?.value).toBe('1\n');
    expect(write?.error).toBe('EROFS');
    expect(mkdir?.error).toBe('EROFS');
  });

  it('with a user namespace and a writable mount it belongs to the mapped root', async (context) => {
    needs(context, 'user namespaces');
    const container = makeContainer(context, (config) => {
      all(ownUsers, probing(['mkdir', '/sys/fs/cgroup/sub'], ['sleep', '60']))(config);
      for (const mount of config.mounts)
        if (mount.type === 'cgroup') mount.options = ['nosuid', 'noexec', 'nodev'];
    });
    await startDetached(container);
    const directory = join(cgroupRoot ?? '', 'runts-test', container.id);
    expect(statSync(directory).uid).toBe(100_000);
    expect(statSync(join(directory, 'cgroup.procs')).uid).toBe(100_000);
    expect(statSync(join(directory, 'cgroup.freeze')).uid).toBe(0);
    expect(await container.runts(['delete', '--force', container.id])).toMatchObject({ status: 0 });
    expect(existsSync(directory)).toBe(false);
  });

  it('the limits of memory and its swap are set', async (context) => {
    needs(context, 'memory');
    const { cgroup } = await inspected(
      context,
      resources({ memory: { limit: 64 * MIB, reservation: 32 * MIB, swap: 96 * MIB } }),
    );
    expect(cgroup.values).toMatchObject({ 'memory.max': String(64 * MIB), 'memory.low': String(32 * MIB) });
    expect([String(32 * MIB), undefined]).toContain(cgroup.values['memory.swap.max']);
  });

  it('what goes over the memory limit is killed, and run says 137', async (context) => {
    needs(context, 'memory');
    const container = makeContainer(context, (config, bundle) => {
      probing(['memory', '200'])(config);
      resources({ memory: { limit: 32 * MIB, swap: 32 * MIB } })(config, bundle);
    });
    expect((await runContainer(container)).status).toBe(137);
  });

  it('a container with 512 KiB of memory starts', async (context) => {
    needs(context, 'memory');
    const container = makeContainer(context, (config, bundle) => {
      probing(['true'])(config);
      resources({ memory: { limit: 512 * 1024 } })(config, bundle);
    });
    expect(await runContainer(container)).toMatchObject({ status: 0, stderr: '' });
  });

  it('cpu: quota, period, burst, shares, idle', async (context) => {
    needs(context, 'cpu');
    const { cgroup } = await inspected(
      context,
      resources({ cpu: { quota: 50_000, period: 200_000, burst: 10_000, shares: 1024 } }),
    );
    expect(cgroup.values['cpu.max']).toBe('50000 200000');
    expect([undefined, '10000']).toContain(cgroup.values['cpu.max.burst']);
    // The conversion that runc and crun have had since 2024: 1024 shares are the default weight.
    expect(cgroup.values['cpu.weight']).toBe('100');
    const idle = await inspected(context, resources({ cpu: { idle: 1 } }));
    expect(['1', undefined]).toContain(idle.cgroup.values['cpu.idle']);
  });

  it('pids: a limit holds', async (context) => {
    needs(context, 'pids');
    const [forks] = await probed(context, [['forkbomb-limited', '50']], resources({ pids: { limit: 10 } }));
    expect(forks?.value).toEqual({ children: 9, error: 'EAGAIN' });
    const { cgroup } = await inspected(context, resources({ pids: { limit: -1 } }));
    expect(cgroup.values['pids.max']).toBe('max');
  });

  it('blockIO: throttles of a device', async (context) => {
    needs(context, 'io', 'a block device');
    const [name = ''] = readdirSync('/sys/block');
    const numbers = readFileSync(`/sys/block/${name}/dev`, 'utf8').trim();
    const [major, minor] = numbers.split(':').map(Number);
    const limits = {
      throttleReadBpsDevice: [{ major, minor, rate: MIB }],
      throttleWriteIOPSDevice: [{ major, minor, rate: 100 }],
    };
    const { cgroup } = await inspected(context, resources({ blockIO: limits }));
    expect(cgroup.values['io.max']).toBe(`${numbers} rbps=${MIB} wbps=max riops=max wiops=100`);
  });

  it('blockIO: the weight is set, or refused in words where the kernel has none', async (context) => {
    needs(context);
    const container = makeContainer(context, resources({ blockIO: { weight: 500 } }));
    const ended = await runContainer(container);
    if (ended.status === 0) {
      const { values } = (JSON.parse(ended.stdout) as Report).cgroup;
      // 1 + (500 - 10) * 9999 / 990, where there is no io.bfq.weight.
      expect(values['io.bfq.weight'] ?? values['io.weight']).toMatch(/^default (500|4950)$/);
    } else {
      expect(ended.stderr).toMatch(/blockIO/);
      expect(ended.stderr).not.toMatch(/no such file/);
    }
  });

  it('cpuset: cpus and mems are set, or refused in words where the controller is not on v2', async (context) => {
    needs(context);
    const container = makeContainer(context, resources({ cpu: { cpus: '0', mems: '0' } }));
    const ended = await runContainer(container);
    if (lacking('cpuset') === undefined) {
      const { values } = (JSON.parse(ended.stdout) as Report).cgroup;
      expect(values).toMatchObject({ 'cpuset.cpus': '0', 'cpuset.mems': '0' });
    } else {
      expect(ended.status).toBe(1);
      expect(ended.stderr).toMatch(/cpuset/);
      expect(ended.stderr).not.toMatch(/no such file/);
    }
  });

  it('unified: every key is written', async (context) => {
    needs(context, 'memory', 'pids');
    const { cgroup } = await inspected(
      context,
      resources({ unified: { 'memory.high': String(48 * MIB), 'pids.max': '77' } }),
    );
    expect(cgroup.values).toMatchObject({ 'memory.high': String(48 * MIB), 'pids.max': '77' });
  });

  it('unified: a file that does not exist is an error that names the key', async (context) => {
    needs(context);
    const message = await refused(context, resources({ unified: { 'cgroup.no-such-file': '1' } }));
    expect(message).toMatch(/cgroup\.no-such-file/);
  });

  it.for([
    ['memory', { memory: { limit: 64 * MIB } }],
    ['cpu', { cpu: { quota: 50_000 } }],
    ['pids', { pids: { limit: 10 } }],
  ] as const)(
    'a limit of %s whose controller is not on v2 is refused in words',
    async ([name, values], context) => {
      needs(context);
      if (lacking(name satisfies Condition) === undefined) {
        skip(context, `the ${name} controller is on cgroup v2 here`);
      }
      const message = await refused(context, resources(values));
      expect(message).toMatch(new RegExp(name));
      expect(message).toMatch(/v2|controller/);
      expect(message).not.toMatch(/no such file/);
    },
  );

  it('processes left in it are killed with it', async (context) => {
    needs(context);
    const container = makeContainer(context, (config) => {
      probing(['spawn', '2', '60'], ['sleep', '60'])(config);
      config.linux.namespaces = config.linux.namespaces.filter(({ type }) => type !== 'pid');
    });
    await startDetached(container);
    expect(await container.runts(['delete', '--force', container.id])).toMatchObject({ status: 0 });
    expect(existsSync(join(cgroupRoot ?? '', 'runts-test', container.id))).toBe(false);
  });

  it('a frozen cgroup at create is an error', async (context) => {
    needs(context);
    const container = makeContainer(context);
    const directory = join(cgroupRoot ?? '', 'runts-test', container.id);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'cgroup.freeze'), '1');
    const ended = await create(container, [], { timeout: 10_000 });
    writeFileSync(join(directory, 'cgroup.freeze'), '0');
    expect(ended.status).toBe(1);
    if (existsSync(directory)) rmdirSync(directory);
  });
});
