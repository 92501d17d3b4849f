/** What a check finds, and where. */

/** One thing that is wrong in a document. */
export interface Problem {
  /** Where, as a JSON pointer (RFC 6901); `` is the whole document. */
  readonly pointer: string;
  /** What is wrong. */
  readonly message: string;
  /** What would be right. */
  readonly expected?: string;
}

/** Collects problems and warnings, each at the place that the walk through the document has come to. */
export interface Report {
  readonly problems: Problem[];
  readonly warnings: Problem[];
  /** Pointers of values that have not the right form, so that no rule should judge by them. */
  readonly broken: string[];
  /** Keys from the whole document to that place: the first `depth` of these; the rest is left over. */
  readonly path: (string | number)[];
  depth: number;
  readonly scope: Scope;
}

/** How rules write to a report: pointers count from the place that the walk has come to. */
export interface Scope {
  problem(pointer: string, message: string, expected?: string): void;
  warn(pointer: string, message: string, expected?: string): void;
}

export function newReport(): Report {
  const report: Report = {
    problems: [],
    warnings: [],
    broken: [],
    path: [],
    depth: 0,
    scope: {
      problem: (pointer, message, expected) =>
        report.problems.push(problem(here(report) + pointer, message, expected)),
      warn: (pointer, message, expected) =>
        report.warnings.push(problem(here(report) + pointer, message, expected)),
    },
  };
  return report;
}

/** The place that the walk has come to, as a JSON pointer. */
export function here({ path, depth }: Report): string {
  return path.slice(0, depth).map(step).join('');
}

function problem(pointer: string, message: string, expected?: string): Problem {
  return expected === undefined ? { pointer, message } : { pointer, message, expected };
}

/** `/linux/namespaces/2/type: "netwrk" is not a namespace type: expected one of pid, network, ...` */
export function formatProblem({ pointer, message, expected }: Problem): string {
  const where = pointer === '' ? '' : `${pointer}: `;
  return `${where}${message}${expected === undefined ? '' : `: expected ${expected}`}`;
}

/** One level of a JSON pointer, with its slash. */
export function step(key: string | number): string {
  if (typeof key === 'number') return `/${key}`;
  return `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** A value as a message shows it. */
export function show(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'function' || typeof value === 'symbol') return `a ${typeof value}`;
  return String(value);
}

/** The word of a list that a misspelt one was meant to be, if one is near. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.min(3, Math.floor(word.length / 3)));
  let best: string | undefined;
  let least = limit + 1;
  for (const candidate of words) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase(), least);
    if (distance >= least) continue;
    best = candidate;
    least = distance;
  }
  return best;
}

/** Levenshtein's distance, or `limit` when it is that much or more. */
function editDistance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) >= limit) return limit;
  let row = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let at = 0; at < left.length; at++) row = nextRow(row, left.charAt(at), right, at + 1);
  return Math.min(limit, row[right.length] ?? limit);
}

function nextRow(above: readonly number[], letter: string, right: string, first: number): number[] {
  const row = [first];
  for (let at = 0; at < right.length; at++) {
    const change = (above[at] ?? 0) + (right.charAt(at) === letter ? 0 : 1);
    row.push(Math.min(change, (above[at + 1] ?? 0) + 1, (row[at] ?? 0) + 1));
  }
  return row;
}
