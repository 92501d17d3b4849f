/** Pressure stall information of a cgroup (Documentation/accounting/psi.rst). */
import type { Integer } from '../spec/types.ts';
import { parseCount } from './events.ts';

export type PressureResource = 'cpu' | 'memory' | 'io';

export interface Psi {
  readonly some?: PsiLine;
  readonly full?: PsiLine;
}

export interface PsiLine {
  /** Per cent of the last 10, 60 and 300 seconds. */
  readonly avg10: number;
  readonly avg60: number;
  readonly avg300: number;
  /** Microseconds. */
  readonly total: Integer;
}

/** How long tasks have to wait within a window. */
export interface PressureThreshold {
  /** `some` (default): at least one task waits; `full`: all that are not idle wait at the same time. */
  readonly kind?: 'some' | 'full';
  /** Milliseconds of waiting, at most those of the window. */
  readonly stallMs: number;
  /** 500 to 10,000 milliseconds; without CAP_SYS_RESOURCE a multiple of 2,000, which is the default. */
  readonly windowMs?: number;
}

const DEFAULT_WINDOW_MS = 2000;

/** What is wrong with a threshold; undefined where nothing is. */
export function problemOf({ stallMs, windowMs = DEFAULT_WINDOW_MS }: PressureThreshold): string | undefined {
  if (!(windowMs >= 500 && windowMs <= 10_000)) return `windowMs: ${windowMs} is not within 500 and 10000`;
  if (!(stallMs > 0 && stallMs <= windowMs)) return `stallMs: ${stallMs} is not within 0 and ${windowMs}`;
  return undefined;
}

export const pressureFile = (resource: PressureResource): string => `${resource}.pressure`;

/** As the kernel takes it, in microseconds. */
export function triggerOf({
  kind = 'some',
  stallMs,
  windowMs = DEFAULT_WINDOW_MS,
}: PressureThreshold): string {
  return `${kind} ${Math.max(1, Math.round(stallMs * 1000))} ${Math.round(windowMs * 1000)}`;
}

/** Text of a pressure file. */
export function parsePressure(text: string): Psi {
  const lines: { some?: PsiLine; full?: PsiLine } = {};
  for (const line of text.split('\n')) {
    const [kind, ...items] = line.split(' ');
    if (kind === 'some' || kind === 'full') lines[kind] = parseLine(items);
  }
  return lines;
}

function parseLine(items: readonly string[]): PsiLine {
  const values = new Map(
    items.map((item) => [item.slice(0, item.indexOf('=')), item.slice(item.indexOf('=') + 1)]),
  );
  const share = (key: string): number => Number(values.get(key) ?? 0);
  return {
    avg10: share('avg10'),
    avg60: share('avg60'),
    avg300: share('avg300'),
    total: parseCount(values.get('total') ?? '0') ?? 0,
  };
}
