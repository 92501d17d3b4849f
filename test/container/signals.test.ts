import { describe, expect, it } from 'vitest';
import { parseSignal } from '../../src/container/signals.ts';

describe('signals', () => {
  it.each([
    ['TERM', 15],
    ['SIGTERM', 15],
    ['sigkill', 9],
    ['Hup', 1],
    ['9', 9],
    ['0', 0],
    ['64', 64],
    ['RTMIN', 34],
    ['SIGRTMIN+3', 37],
    ['rtmax-1', 63],
  ])('reads %j', (text, signal) => {
    expect(parseSignal(text)).toBe(signal);
  });

  it.each(['', 'NOPE', '65', '-1', '9x', 'SIG', 'RTMIN-1', 'RTMAX+1'])('refuses %j', (text) => {
    expect(() => parseSignal(text)).toThrow(`unknown signal ${JSON.stringify(text)}`);
  });
});
