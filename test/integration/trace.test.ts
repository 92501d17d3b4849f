import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { makeContainer } from '../support/container.ts';

interface Event {
  name: string;
  ph: string;
  ts: number;
  dur?: number;
  args?: Record<string, unknown>;
}

describe('--trace', () => {
  it('writes a Chrome trace with a duration for every step, also where the container has a time namespace', async (context) => {
    needs(context, 'time namespaces');
    const container = makeContainer(context, ({ linux }) => {
      linux.namespaces.push({ type: 'time' });
      linux['timeOffsets'] = { monotonic: { secs: 1000, nanosecs: 0 } };
    });
    const file = join(container.scratch, 'trace.json');
    const ended = await container.runts(['run', '--trace', file, '-b', container.directory, container.id]);
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(file)).toBe(true);
    const document = JSON.parse(readFileSync(file, 'utf8')) as { traceEvents: Event[] } | Event[];
    const events = (Array.isArray(document) ? document : document.traceEvents).filter(({ ph }) => ph === 'X');
    const names = events.map(({ name }) => name).join('\n');
    for (const step of ['cgroup-create', 'clone', 'mount', 'pivot', 'capabilities', 'execve'])
      expect(names).toContain(step);
    const minute = Date.now() * 1000;
    for (const { ts, dur } of events) {
      expect(dur).toBeGreaterThanOrEqual(0);
      expect(dur).toBeLessThan(30_000_000);
      expect(Math.abs(ts - minute)).toBeLessThan(600_000_000);
    }
    const starts = events.map(({ ts }) => ts);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
  });
});
