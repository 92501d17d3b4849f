/** A pid namespace that is joined: the process is forked into it by a stage that ends. */
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { probing } from '../support/config.ts';
import type { Change } from '../support/config.ts';
import { create, makeContainer, startDetached, stateOf } from '../support/container.ts';
import { socketPeer } from '../support/peer.ts';
import { deviceAt } from '../support/report.ts';
import type { Report } from '../support/report.ts';

const joining =
  (pid: number): Change =>
  ({ linux }) => {
    for (const each of linux.namespaces) if (each.type === 'pid') each.path = `/proc/${pid}/ns/pid`;
  };

describe('a pid namespace that is joined', () => {
  it('is that of the process, which has what the host gave the stage', async (context) => {
    needs(context);
    const first = makeContainer(context, probing(['sleep', '60']));
    await startDetached(first);
    const { pid } = await stateOf(first);
    const change = joining(pid);
    const second = makeContainer(context, (config) => {
      probing(['sleep', '60'])(config);
      change(config);
      config.process['oomScoreAdj'] = 77;
      config.process.rlimits = [{ type: 'RLIMIT_CORE', soft: 5, hard: 6 }];
      config.linux.resources = { ...config.linux.resources, unified: { 'cgroup.max.depth': '7' } };
    });
    await startDetached(second);
    const { pid: joined } = await stateOf(second);
    expect(readlinkSync(`/proc/${joined}/ns/pid`)).toBe(readlinkSync(`/proc/${pid}/ns/pid`));
    expect(readlinkSync(`/proc/${joined}/ns/mnt`)).not.toBe(readlinkSync('/proc/self/ns/mnt'));
    expect(readFileSync(`/proc/${joined}/oom_score_adj`, 'utf8')).toBe('77\n');
    expect(readFileSync(`/proc/${joined}/limits`, 'utf8')).toMatch(/Max core file size +5 +6 /);
    expect(readFileSync(`/proc/${joined}/cgroup`, 'utf8')).toContain(`/runts-test/${second.id}\n`);
    const stat = readFileSync(`/proc/${joined}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    expect(stat[3]).toBe(String(joined));
    expect(await second.runts(['exec', second.id, '/bin/inspect', 'true'])).toMatchObject({ status: 0 });
  });

  it('a terminal is taken by the process that stays', async (context) => {
    needs(context);
    const first = makeContainer(context, probing(['sleep', '60']));
    await startDetached(first);
    const { pid } = await stateOf(first);
    const second = makeContainer(context, (config) => {
      joining(pid)(config);
      config.process.terminal = true;
    });
    const socket = join(second.scratch, 'c.sock');
    const peer = await socketPeer(context, 'receive-console', socket);
    expect(await create(second, ['--console-socket', socket])).toMatchObject({ status: 0 });
    expect(await second.runts(['start', second.id])).toMatchObject({ status: 0 });
    await peer.ended;
    const report = JSON.parse(/\{"pid".*\}/.exec(peer.output())?.[0] ?? 'null') as Report;
    expect(report.terminal).toMatchObject({ name: '/dev/pts/0', controlling: true });
    expect(report.sid).toBe(report.pid);
    expect(report.processes).toContainEqual({ pid: 1, command: 'inspect' });
    expect(deviceAt(report, '/dev/console')).toMatchObject({ type: 'char', major: 136, minor: 0 });
  });
});
