import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cgroupRoot, needs } from '../support/conditions.ts';
import { probing } from '../support/config.ts';
import { makeContainer, startDetached, waitForStatus } from '../support/container.ts';
import type { TestContainer } from '../support/container.ts';
import { RUNTS, spawned, until } from '../support/run.ts';

const value = (container: TestContainer, file: string): string =>
  readFileSync(join(cgroupRoot ?? '', 'runts-test', container.id, file), 'utf8').trim();

const MIB = 1024 * 1024;
const sleeping = probing(['sleep', '60']);

describe('update', () => {
  it('flags change memory, cpu and pids', async (context) => {
    needs(context, 'memory', 'cpu', 'pids');
    const container = makeContainer(context, sleeping);
    await startDetached(container);
    const flags = [
      '--memory',
      '67108864',
      '--cpu-quota',
      '30000',
      '--cpu-period',
      '100000',
      '--pids-limit',
      '20',
      '--cpu-share',
      '512',
    ];
    expect(await container.runts(['update', ...flags, container.id])).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '',
    });
    expect(value(container, 'memory.max')).toBe('67108864');
    expect(value(container, 'cpu.max')).toBe('30000 100000');
    expect(value(container, 'pids.max')).toBe('20');
    expect(value(container, 'cpu.weight')).toBe('59');
  });

  it('a document on standard input or in a file', async (context) => {
    needs(context, 'memory', 'pids');
    const container = makeContainer(context, sleeping);
    await startDetached(container);
    const document = JSON.stringify({ memory: { limit: 33554432 }, pids: { limit: 30 } });
    expect(
      await container.runts(['update', '--resources=-', container.id], { input: document }),
    ).toMatchObject({ status: 0 });
    expect(value(container, 'memory.max')).toBe('33554432');
    expect(value(container, 'pids.max')).toBe('30');
  });

  it('one of quota and period keeps the other', async (context) => {
    needs(context, 'cpu');
    const container = makeContainer(context, (config) => {
      sleeping(config);
      config.linux.resources = { ...config.linux.resources, cpu: { quota: 20_000, period: 50_000 } };
    });
    await startDetached(container);
    expect(await container.runts(['update', '--cpu-quota', '25000', container.id])).toMatchObject({
      status: 0,
    });
    expect(value(container, 'cpu.max')).toBe('25000 50000');
  });

  it('leaves the device rules alone', async (context) => {
    needs(context, 'pids');
    const container = makeContainer(context, sleeping);
    await startDetached(container);
    await container.runts(['update', '--pids-limit', '20', container.id]);
    const ended = await container.runts(['exec', container.id, '/bin/inspect', 'open', '/dev/null', 'rw']);
    expect(ended.stdout).toBe('{"probe":"open","value":null}\n');
  });

  it('a stopped container is refused, and so is a value that is none', async (context) => {
    needs(context);
    const container = makeContainer(context, sleeping);
    await startDetached(container);
    const wrong = await container.runts(['update', '--memory', 'lots', container.id]);
    expect(wrong.status).toBe(1);
    expect(wrong.stderr).toMatch(/lots/);
    await container.runts(['kill', container.id, 'KILL']);
    await waitForStatus(container, 'stopped');
    const stopped = await container.runts(['update', '--pids-limit', '20', container.id]);
    expect(stopped.status).toBe(1);
    expect(stopped.stderr).toMatch(/container not running|not running/);
  });
});

describe('events', () => {
  it('--stats prints the statistics once', async (context) => {
    needs(context, 'memory', 'pids', 'cpu');
    const container = makeContainer(context, sleeping);
    await startDetached(container);
    const ended = await container.runts(['events', '--stats', container.id]);
    expect(ended.status).toBe(0);
    const event = JSON.parse(ended.stdout) as { type: string; id: string; data: Record<string, never> };
    expect(event).toMatchObject({ type: 'stats', id: container.id, data: { pids: { current: 1 } } });
    expect(event.data['cpu']).toHaveProperty('usage.user');
    expect(event.data['memory']).toHaveProperty('usage.usage');
  });

  it('print statistics at intervals, and end with the container', async (context) => {
    needs(context);
    const container = makeContainer(context, sleeping);
    await startDetached(container);
    const { ended, lines } = watched(container);
    await until('two statistics', () => lines().length > 1);
    expect(await container.runts(['kill', container.id, 'KILL'])).toMatchObject({ status: 0 });
    expect(await ended).toBe(0);
    for (const line of lines())
      expect(JSON.parse(line)).toMatchObject({ type: 'stats', id: container.id, data: { cpu: {} } });
  });

  it('tell of kills for want of memory', async (context) => {
    needs(context, 'memory');
    const container = makeContainer(context, (config) => {
      sleeping(config);
      config.linux.resources = { memory: { limit: 24 * MIB, swap: 24 * MIB } };
    });
    await startDetached(container);
    const { ended, lines } = watched(container);
    await until('statistics', () => lines().length > 0);
    const killed = await container.runts(['exec', container.id, '/bin/inspect', 'memory', '128']);
    expect(killed).toMatchObject({ status: 137 });
    await until('an oom event', () => lines().includes(`{"type":"oom","id":"${container.id}"}`));
    expect(await container.runts(['kill', container.id, 'KILL'])).toMatchObject({ status: 0 });
    expect(await ended).toBe(0);
  });
});

/** `runts events` while it goes on; the last line may not be whole yet. */
function watched(container: TestContainer): {
  ended: Promise<number | null>;
  readonly lines: () => string[];
} {
  const flags = ['--root', container.state, 'events', '--interval', '100ms', container.id];
  const events = spawned(RUNTS, flags, { unrecorded: 'how many there are depends on the machine' });
  let text = '';
  events.stdout?.on('data', (bytes: Buffer) => (text += bytes.toString()));
  return {
    ended: new Promise((resolve) => void events.on('close', resolve)),
    lines: () => text.split('\n').slice(0, -1),
  };
}
