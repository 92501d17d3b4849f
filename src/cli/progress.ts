import type { Host } from '../host/host.ts';
import type { Progress, ReportProgress } from '../image/progress.ts';
import { formatBytes } from './bytes.ts';
import { visible } from './visible.ts';

/** Microseconds between two pictures. */
const PAUSE = 100_000;

const STDERR = 2;

export interface ProgressBars {
  readonly report: ReportProgress;
  /** Takes away what is shown. */
  clear(): void;
}

interface Part extends Progress {
  /** Microseconds since the epoch. */
  readonly begun: number;
}

/** Bars on the terminal that is standard error; nothing where it is none, or with `quiet`. */
export function progressBars(
  { terminal, self }: Pick<Host, 'terminal' | 'self'>,
  quiet: boolean,
): ProgressBars {
  if (quiet || !terminal.isTerminal(STDERR)) return { report: () => {}, clear: () => {} };
  const parts = new Map<string, Part>();
  let drawn = 0;
  let due = 0;
  const draw = (lines: readonly string[]): void => {
    if (drawn === 0 && lines.length === 0) return;
    self.err(`${drawn === 0 ? '' : `\x1b[${drawn}A`}\r\x1b[J${lines.map((line) => `${line}\n`).join('')}`);
    drawn = lines.length;
  };
  return {
    report(progress) {
      const now = self.now();
      parts.set(progress.part, { ...progress, begun: parts.get(progress.part)?.begun ?? now });
      if (now < due) return;
      due = now + PAUSE;
      const { width, height } = sizeOf(terminal.size(STDERR));
      draw(progressLines([...parts.values()], now, { width, height: height - 1 }));
    },
    clear: () => draw([]),
  };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A terminal may not know its size. */
function sizeOf(size: Size | undefined): Size {
  return { width: size?.width || 80, height: size?.height || 24 };
}

/** The last parts that have room, a line each, none as wide as the terminal: some wrap then. */
export function progressLines(parts: readonly Part[], now: number, { width, height }: Size): string[] {
  const rows = parts.slice(-Math.max(height, 1)).map((part) => ({
    left: visible(part.part),
    share: shareOf(part),
    right: visible(numbersOf(part, now)),
  }));
  const names = Math.max(...rows.map(({ left }) => left.length));
  const numbers = Math.max(...rows.map(({ right }) => right.length));
  const most = Math.max(width - 1, 1);
  const bar = Math.min(most - names - numbers - BESIDE, MOST_BAR);
  return rows.map(({ left, share, right }) =>
    `${left.padEnd(names)}  ${barOf(share, bar)}${right}`.slice(0, most),
  );
}

const MOST_BAR = 40;
const LEAST_BAR = 5;
/** What is around a bar. */
const BESIDE = '  []  '.length;

function barOf(share: number | undefined, width: number): string {
  if (width < LEAST_BAR) return '';
  if (share === undefined) return ' '.repeat(width + '[]  '.length);
  return `[${'='.repeat(Math.round(share * width)).padEnd(width)}]  `;
}

/** undefined where nobody knows it yet. */
function shareOf({ done, size, outcome }: Part): number | undefined {
  if (outcome !== undefined) return 1;
  return size === undefined || size === 0 ? undefined : Math.min(done / size, 1);
}

function numbersOf({ done, size, outcome, begun }: Part, now: number): string {
  if (outcome !== undefined) return `${formatBytes(size ?? done)}  ${outcome}`;
  const seconds = (now - begun) / 1e6;
  const rate = seconds > 0 ? `  ${formatBytes(done / seconds)}/s` : '';
  return `${formatBytes(done)}${size === undefined ? '' : ` of ${formatBytes(size)}`}${rate}`;
}
