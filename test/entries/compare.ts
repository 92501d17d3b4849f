/** The commands of two runs of the same tests, one by one. */
import type { CommandRecord } from '../support/record.ts';
import { normalizer } from './normalize.ts';

/** The lines that test/support/record.ts wrote. */
export function readRecords(text: string): CommandRecord[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CommandRecord);
}

export interface Run {
  /** For whoever reads about a difference. */
  name: string;
  records: readonly CommandRecord[];
}

export interface Difference {
  test: string;
  text: string;
}

const FACTS = ['argv', 'ended', 'stdout', 'stderr', 'log'] as const;

type Facts = Record<(typeof FACTS)[number], string>;

/** The first difference of each test, in the order of their names; none where the runs are equal. */
export function compareRuns(...runs: readonly [Run, Run]): Difference[] {
  const tests = runs.map(({ records }) => byTest(records));
  const names = new Set(tests.flatMap((each) => [...each.keys()]));
  return [...names].sort().flatMap((test) => {
    const [first = [], second = []] = tests.map((each) => each.get(test) ?? []);
    const text = firstDifference([runs[0].name, runs[1].name], first, second);
    return text === undefined ? [] : [{ test, text }];
  });
}

function byTest(records: readonly CommandRecord[]): Map<string, CommandRecord[]> {
  const tests = new Map<string, CommandRecord[]>();
  for (const record of records) tests.set(record.test, [...(tests.get(record.test) ?? []), record]);
  for (const commands of tests.values()) commands.sort((one, other) => one.command - other.command);
  return tests;
}

function firstDifference(
  names: readonly [string, string],
  first: readonly CommandRecord[],
  second: readonly CommandRecord[],
): string | undefined {
  for (let i = 0; i < Math.max(first.length, second.length); i++) {
    const [one, other] = [first[i], second[i]];
    const text = one && other ? difference(names, facts(one), facts(other)) : missing(names, one, other);
    if (text !== undefined) return `command ${i}: ${text}`;
  }
}

function missing(names: readonly [string, string], one?: CommandRecord, other?: CommandRecord): string {
  const there = one ?? other;
  return `${there?.argv.join(' ')}\n  was run through ${one ? names[0] : names[1]} only`;
}

function difference(names: readonly [string, string], one: Facts, other: Facts): string | undefined {
  for (const fact of FACTS) {
    if (one[fact] === other[fact]) continue;
    const [left, right] = excerpts(one[fact], other[fact]);
    return `${one.argv}\n  ${fact}, ${names[0]}: ${left}\n  ${fact}, ${names[1]}: ${right}`;
  }
}

function facts({ argv, status, signal, stdout, stderr, log }: CommandRecord): Facts {
  const normalize = normalizer();
  return {
    argv: normalize(argv.join(' ')),
    ended: String(signal ?? status),
    stdout: normalize(stdout),
    stderr: normalize(stderr),
    log: normalize(log),
  };
}

const AROUND = 60;

/** What is around the first character that differs. */
function excerpts(one: string, other: string): [string, string] {
  let at = 0;
  while (one[at] !== undefined && one[at] === other[at]) at++;
  const excerpt = (text: string) => JSON.stringify(text.slice(Math.max(0, at - AROUND), at + AROUND));
  return [excerpt(one), excerpt(other)];
}
