import { describe, expect, it } from 'vitest';
import { formatBytes } from '../../src/cli/bytes.ts';
import { progressBars, progressLines } from '../../src/cli/progress.ts';
import { memoryHost } from '../support/memory-host.ts';

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [99_940, '99.9 kB'],
  [99_960, '100 kB'],
  [999_700, '1.0 MB'],
  [12_345_678, '12.3 MB'],
  [5e15, '5000 TB'],
])('%i bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

const terminal = { width: 60, height: 4 };

/** Where each part began, microseconds. */
const begun = 1_000_000;

describe('progress', () => {
  it('has a bar a part, with its bytes and the rate', () => {
    const parts = [
      { part: 'layer 1 of 2', done: 10, size: 2000, outcome: 'there already', begun },
      { part: 'layer 2 of 2', done: 1e6, size: 4e6, begun },
    ];
    expect(progressLines(parts, begun + 500_000, terminal)).toEqual([
      'layer 1 of 2  [===============]  2.0 kB  there already',
      'layer 2 of 2  [====           ]  1.0 MB of 4.0 MB  2.0 MB/s',
    ]);
  });

  it.each([20, 40, 79, 200])('fits in %i columns', (width) => {
    const part = { part: 'layer 1 of 2', done: 1e6, size: 4e6, begun };
    const [line = ''] = progressLines([part], begun + 1_000_000, { width, height: 4 });
    expect(line.length).toBeLessThan(width);
    expect(line).toContain('layer 1 of 2');
  });

  it('shows the last parts where not all have room', () => {
    const parts = [1, 2, 3].map((number) => ({ part: `layer ${number}`, done: 1, begun }));
    expect(progressLines(parts, begun, { width: 80, height: 2 })).toEqual([
      expect.stringMatching(/^layer 2 +1 B$/),
      expect.stringMatching(/^layer 3 +1 B$/),
    ]);
  });

  it('lets no sequence of a name reach the terminal', () => {
    expect(progressLines([{ part: '\x1b[2J', done: 1, begun }], begun, terminal)[0]).not.toContain('\x1b');
  });
});

/** What is written for reports at some times (microseconds). */
function written(
  times: readonly number[],
  options: { isTerminal?: boolean; quiet?: boolean } = {},
): string[] {
  const host = memoryHost();
  const texts: string[] = [];
  let at = 0;
  const self = { ...host.self, now: () => times[at] ?? 0, err: (text: string) => void texts.push(text) };
  const bars = progressBars(
    { self, terminal: { ...host.terminal, isTerminal: () => options.isTerminal ?? true } },
    options.quiet ?? false,
  );
  for (; at < times.length; at += 1) bars.report({ part: 'blob', done: at, size: 9 });
  bars.clear();
  return texts;
}

describe('bars', () => {
  it('are drawn ten times a second at most, in place of the last ones, and taken away', () => {
    const [first, second, cleared, ...others] = written([1e6, 1e6 + 50_000, 1e6 + 99_999, 1e6 + 100_000]);
    expect(first).toMatch(/^\r\x1b\[Jblob .*\n$/);
    expect(second).toMatch(/^\x1b\[1A\r\x1b\[Jblob .*\n$/);
    expect(cleared).toBe('\x1b[1A\r\x1b[J');
    expect(others).toEqual([]);
  });

  it.each([{ isTerminal: false }, { quiet: true }])('are none for %j', (options) => {
    expect(written([1e6, 2e6], options)).toEqual([]);
  });
});
