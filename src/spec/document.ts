/** JSON documents of any form. */
import { RuntsError } from '../errors.ts';
import { conform } from './conform.ts';
import { parseJson } from './json.ts';
import type { JsonValue } from './json-value.ts';
import { formatProblem, newReport } from './problems.ts';
import type { Problem, Report } from './problems.ts';
import type { Schema } from './schema.ts';

/** A checked copy, which holds only what the form names, or all that is wrong. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

/**
 * Reads any JSON document strictly.
 * @throws RuntsError INVALID_JSON, its message `FILE:LINE:COLUMN: what is wrong`.
 */
export function readJson(text: string, file: string): JsonValue {
  const result = parseJson(text);
  if (result.ok) return result.value;
  const { line, column, message } = result.error;
  throw new RuntsError('INVALID_JSON', `${file}:${line}:${column}: ${message}`);
}

/** Checks any document against the description of its form. */
export function check<T>(schema: Schema<T>, value: unknown): Checked<T> {
  const report = newReport();
  return verdict(conform(schema, value, report), report);
}

export function verdict<T>(value: T | undefined, { problems, warnings }: Report): Checked<T> {
  if (value === undefined || problems.length > 0) return { ok: false, problems, warnings };
  return { ok: true, value, warnings };
}

/**
 * A document in which nothing is wrong.
 * @throws RuntsError INVALID_CONFIG with all problems in `details.problems` and the pointer of the first in `details.path`.
 */
export function accept<T>(checked: Checked<T>, file: string): Extract<Checked<T>, { ok: true }> {
  if (checked.ok) return checked;
  const problems = checked.problems.map(formatProblem);
  const [first = 'is not valid'] = problems;
  const more = problems.length - 1;
  const rest = more === 0 ? '' : ` (and ${more} more ${more === 1 ? 'problem' : 'problems'})`;
  throw new RuntsError('INVALID_CONFIG', `${file}: ${first}${rest}`, {
    path: checked.problems[0]?.pointer ?? '',
    problems,
  });
}
