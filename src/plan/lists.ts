/** Numbers of a list such as `0-3,7` (cpuset(7), list format). Undefined for anything else. */
export function parseList(text: string): number[] | undefined {
  if (text.trim() === '') return [];
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const range = /^\s*(\d{1,6})(?:-(\d{1,6}))?\s*$/.exec(part);
    if (range === null) return undefined;
    const first = Number(range[1]);
    const last = Number(range[2] ?? range[1]);
    if (last < first) return undefined;
    for (let number = first; number <= last; number++) numbers.add(number);
  }
  return [...numbers].toSorted((left, right) => left - right);
}
