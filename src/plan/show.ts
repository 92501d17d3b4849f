import type { Plan } from './steps.ts';
import { stepText } from './text.ts';

/** Longer lines push their last column to the right instead of everybody's. */
const WIDEST = 72;

/** The table of `runts plan`: where a step runs, its number, what it does, and what in the config asked for it. */
export function showPlan(plan: Plan): string {
  const rows = plan.map((step, at) => ({
    ...stepText(step),
    on: step.on,
    number: String(at + 1),
    because: step.because,
  }));
  const numberWidth = Math.max(0, ...rows.map(({ number }) => number.length));
  const nameWidth = Math.max(0, ...rows.map(({ name }) => name.length));
  const texts = rows.map(({ name, detail }) => `${name.padEnd(nameWidth)}  ${detail}`.trimEnd());
  const textWidth = Math.min(WIDEST, Math.max(0, ...texts.map((text) => text.length)));
  const line = (where: string, number: string, text: string, because: string): string =>
    `${where.padEnd(5)}  ${number.padEnd(numberWidth)}  ${text.padEnd(textWidth)}  ${because}`.trimEnd();
  const header = `where  ${'step'.padEnd(numberWidth + 2 + textWidth)}  asked for by`;
  const body = rows.map(({ on, number, because }, at) => line(on, number, texts[at] ?? '', because));
  return `${[header, ...body].join('\n')}\n`;
}

/** The plan as JSON, one line a step; 64-bit numbers beyond 2^53 - 1 keep their digits, bytes are hexadecimal. */
export function planToJson(plan: Plan): string {
  const lines = plan.map(({ kind, on, because, ...fields }) => `  ${json({ on, kind, because, ...fields })}`);
  return `[\n${lines.join(',\n')}\n]\n`;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function json(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return JSON.stringify(hex(value));
  if (Array.isArray(value)) return `[${value.map(json).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${json(member)}`);
  return `{${members.join(',')}}`;
}
