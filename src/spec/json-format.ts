/**
 * Writes a value as JSON, bigints in full; keys whose value is undefined are left out. `indent` is one level's text,
 * none gives one line.
 */
export function formatJson(value: unknown, indent = ''): string {
  return formatValue(value, indent, '\n');
}

function formatValue(value: unknown, indent: string, line: string): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const inner = line + indent;
  if (Array.isArray(value))
    return bracket(
      '[]',
      value.map((item) => formatValue(item, indent, inner)),
      indent,
      line,
    );
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  const colon = indent === '' ? ':' : ': ';
  const members = entries.map(
    ([key, item]) => JSON.stringify(key) + colon + formatValue(item, indent, inner),
  );
  return bracket('{}', members, indent, line);
}

function bracket(pair: string, items: readonly string[], indent: string, line: string): string {
  const open = pair.charAt(0);
  const close = pair.charAt(1);
  if (items.length === 0) return pair;
  if (indent === '') return open + items.join(',') + close;
  return open + line + indent + items.join(`,${line}${indent}`) + line + close;
}
