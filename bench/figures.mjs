// Medians, tables and what the machine is.
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release } from 'node:os';

/** Value below which `share` of the sorted values lie, by linear interpolation. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.ceil(place);
  return sorted[low] + (sorted[high] - sorted[low]) * (place - low);
}

/** Median and 10th percentile. */
export function summary(values) {
  return { median: round(quantile(values, 0.5)), p10: round(quantile(values, 0.1)), count: values.length };
}

export function round(value) {
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

export function machine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    processors: availableParallelism(),
    kernel: release(),
    node: process.version,
    load: Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0]),
    date: new Date().toISOString().slice(0, 10),
  };
}

/** Lines of a table; the first column is text, the others are numbers. */
export function table(head, rows) {
  const cells = [head, ...rows].map((row) => row.map((cell) => (cell === undefined ? '-' : String(cell))));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  return cells.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
      .join('  '),
  );
}
