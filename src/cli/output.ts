import type { Host } from '../host/host.ts';
import { formatJson } from '../spec/json-format.ts';
import { visibleLine } from './visible.ts';

/** What a verb returns; only this file writes to standard output. */
export type Output =
  | { readonly kind: 'nothing' }
  /** The status that the command ends with. */
  | { readonly kind: 'exit'; readonly code: number }
  | ({ readonly kind: 'text'; readonly text: string } & Ending)
  | ({
      readonly kind: 'json';
      readonly value: unknown;
      readonly indent: string;
      readonly newline: boolean;
    } & Ending)
  /** Aligned columns; the first row is the header. */
  | { readonly kind: 'table'; readonly rows: readonly (readonly string[])[] }
  /** One compact JSON document a line, as they come. */
  | { readonly kind: 'stream'; readonly values: AsyncIterable<unknown> };

/** The status that the command ends with after that; 0 if it says nothing. */
interface Ending {
  readonly code?: number;
}

export const NOTHING: Output = { kind: 'nothing' };

/** Prints it and gives the exit status; a stream alone takes its time. */
export function print(host: Host, output: Output): number | Promise<number> {
  switch (output.kind) {
    case 'nothing':
      return 0;
    case 'exit':
      return output.code;
    case 'text':
      host.self.out(output.text);
      return output.code ?? 0;
    case 'json':
      host.self.out(goJson(output.value, output.indent) + (output.newline ? '\n' : ''));
      return output.code ?? 0;
    case 'table':
      host.self.out(formatTable(output.rows.map((row) => row.map(visibleLine))));
      return 0;
    case 'stream':
      return printAll(host, output.values);
  }
}

async function printAll({ self }: Host, values: AsyncIterable<unknown>): Promise<number> {
  for await (const value of values) self.out(`${goJson(value)}\n`);
  return 0;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/**
 * JSON with the bytes of Go's encoding/json, which escapes what HTML and JavaScript would read; beside that what terminals obey, which
 * JSON may have as it is.
 */
export function goJson(value: unknown, indent = ''): string {
  return formatJson(value, indent).replace(
    /[<>&\u2028\u2029\u007f-\u009f]/g,
    (char) => ESCAPES[char] ?? escaped(char),
  );
}

const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

const MIN_WIDTH = 12;
const PADDING = 3;

/** Columns at least 12 wide and 3 apart, the last one as it is: Go's tabwriter as runc uses it. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.slice(0, -1).forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? MIN_WIDTH, length(cell) + PADDING);
    });
  }
  return rows.map((row) => `${formatRow(row, widths)}\n`).join('');
}

function formatRow(row: readonly string[], widths: readonly number[]): string {
  const cells = row.map((cell, column) => {
    const last = column === row.length - 1;
    return last ? cell : cell + ' '.repeat((widths[column] ?? 0) - length(cell));
  });
  return cells.join('');
}

/** In code points, as Go counts. */
function length(text: string): number {
  return Array.from(text).length;
}
