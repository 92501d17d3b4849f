import { describe, expect, it } from 'vitest';
import { chromeTrace } from '../../src/container/trace.ts';
import { extraDescriptors } from '../../src/container/descriptors.ts';
import { checkId } from '../../src/container/id.ts';
import { absolutePath, cleanPath } from '../../src/container/paths.ts';
import { isWithin } from '../../src/plan/paths.ts';
import { parseProcessStat } from '../../src/container/process-stat.ts';
import { filterPs } from '../../src/container/ps.ts';
import { parseInteger, parseSize } from '../../src/container/size.ts';
import { checkTerminal } from '../../src/container/terminal.ts';
import { formatTime } from '../../src/container/time.ts';
import type { Plan } from '../../src/plan/steps.ts';
import { memoryHost } from '../support/memory-host.ts';

describe('ids', () => {
  it.each(['a', 'A-b_c+d.e', 'x'.repeat(1024)])('accepts %.20s', (id) => {
    expect(() => checkId(id)).not.toThrow();
  });

  it.each(['.', '..', '.a', 'a/b', 'a b', 'ä', 'a\n', '~', 'x'.repeat(1025)])('refuses %.20j', (id) => {
    expect(() => checkId(id)).toThrow('invalid container ID format');
  });

  it('says that an empty one is empty', () => {
    expect(() => checkId('')).toThrow('container id cannot be empty');
  });
});

describe('paths', () => {
  it.each([
    ['/a/./b//c/../d/', '/a/b/d'],
    ['/..', '/'],
    ['../x', '../x'],
    ['a/..', '.'],
  ])('cleans %s', (path, clean) => {
    expect(cleanPath(path)).toBe(clean);
  });

  it('counts from a directory', () => {
    expect(absolutePath('/b', 'rootfs')).toBe('/b/rootfs');
    expect(absolutePath('/b', '/r')).toBe('/r');
    expect(isWithin('/a/b', '/a')).toBe(true);
    expect(isWithin('/ab', '/a')).toBe(false);
  });
});

describe('times', () => {
  it.each([
    [1_795_305_600_000_000, '2026-11-22T00:00:00Z'],
    [1_795_305_600_120_000, '2026-11-22T00:00:00.12Z'],
    [1_795_305_600_000_001, '2026-11-22T00:00:00.000001Z'],
  ])('formats %d', (microseconds, text) => {
    expect(formatTime(microseconds)).toBe(text);
  });
});

describe('sizes', () => {
  it.each([
    ['-1', -1],
    ['1024', 1024],
    ['64m', 64 * 2 ** 20],
    ['1.5GiB', 1.5 * 2 ** 30],
    ['512kb', 512 * 1024],
    ['7b', 7],
    ['2 G', 2 ** 31],
  ])('reads %s', (text, bytes) => {
    expect(parseSize(text, 'memory')).toBe(bytes);
  });

  it.each(['', '-2', 'm', '1x', '1.m', '1mm'])('refuses %j', (text) => {
    expect(() => parseSize(text, 'memory')).toThrow('invalid value for memory');
  });

  it('reads integers of 64 bits exactly', () => {
    expect(parseInteger('18446744073709551615', 'cpu-share', false)).toBe(18446744073709551615n);
    expect(parseInteger('-1', 'cpu-quota', true)).toBe(-1);
    expect(() => parseInteger('-1', 'cpu-share', false)).toThrow('invalid value for cpu-share');
    expect(() => parseInteger('18446744073709551616', 'cpu-share', false)).toThrow('64 bits');
  });
});

describe('proc_pid_stat(5)', () => {
  it('counts fields from the last parenthesis', () => {
    const text = `12 (a) b) S ${Array.from({ length: 18 }, (_, at) => at).join(' ')} 777 0 0`;
    expect(parseProcessStat(text)).toEqual({ state: 'S', startTime: 777 });
  });
});

describe('ps', () => {
  it("keeps the container's lines", () => {
    const text = 'UID          PID    PPID CMD\nroot           1       0 init\nroot          42       1 sh\n';
    expect(filterPs(text, new Set([42]))).toBe('UID          PID    PPID CMD\nroot          42       1 sh\n');
  });

  it('needs the column PID', () => {
    expect(() => filterPs('USER CMD\n', new Set())).toThrow("couldn't find PID field in ps output");
  });
});

const unexpected = (message: string): never => {
  throw new Error(message);
};

describe('descriptors', () => {
  it('puts those to preserve after those of LISTEN_FDS', () => {
    const host = memoryHost({
      env: { LISTEN_FDS: '2', LISTEN_PID: '100' },
      openDescriptors: [0, 1, 2, 3, 4, 5],
    });
    expect(extraDescriptors({ host, warn: unexpected }, 1)).toEqual({ listen: 2, all: [3, 4, 5] });
  });

  it('ignores LISTEN_FDS of another process', () => {
    const host = memoryHost({ env: { LISTEN_FDS: '2', LISTEN_PID: '7' } });
    expect(extraDescriptors({ host, warn: unexpected }, 0)).toEqual({ listen: 0, all: [] });
  });

  it('warns of the first that is missing, after which none is passed on', () => {
    const warnings: string[] = [];
    const host = memoryHost({ env: { LISTEN_FDS: '1' }, openDescriptors: [0, 1, 2, 3, 5] });
    const found = extraDescriptors({ host, warn: (message) => warnings.push(message) }, 2);
    expect(found).toEqual({ listen: 1, all: [3] });
    expect(warnings).toEqual(['--preserve-fds: descriptor 4 is not open: 1 of 3 are passed on']);
  });
});

describe('terminals', () => {
  it('needs a socket where the runtime leaves', () => {
    expect(() => checkTerminal({ terminal: true, detached: true, consoleSocket: undefined })).toThrow(
      'cannot allocate tty if runc will detach without setting console socket',
    );
  });

  it.each([
    { terminal: false, detached: true },
    { terminal: true, detached: false },
  ])('refuses a socket that gets nothing: %j', (request) => {
    expect(() => checkTerminal({ ...request, consoleSocket: '/s' })).toThrow(
      'cannot use console socket if runc will not detach or allocate tty',
    );
  });
});

describe('trace', () => {
  it('has an event for each step that ran, in two rows', () => {
    const plan: Plan = [
      { kind: 'created', on: 'host', because: '' },
      { kind: 'sysctl', on: 'init', because: '/linux/sysctl/a', key: 'a', value: 'b' },
      { kind: 'created', on: 'host', because: '' },
    ];
    const trace = JSON.parse(chromeTrace(plan, [10, 15, 20, 22, 0, 0], 7)) as {
      traceEvents: Record<string, unknown>[];
    };
    expect(trace.traceEvents.filter(({ ph }) => ph === 'X')).toEqual([
      {
        name: 'created',
        cat: 'host',
        ph: 'X',
        ts: 10,
        dur: 5,
        pid: 7,
        tid: 1,
        args: { step: 1, because: '' },
      },
      {
        name: 'sysctl',
        cat: 'init',
        ph: 'X',
        ts: 20,
        dur: 2,
        pid: 7,
        tid: 2,
        args: { step: 2, because: '/linux/sysctl/a', key: 'a', value: 'b' },
      },
    ]);
  });
});
