/** Calls to systemd in words, read from the very bytes that are sent. */
import { decodeMessage, textAt } from './dbus-read.ts';
import type { Value, Variant } from './dbus.ts';
import { INFINITY } from './properties.ts';

/** One line: `StartTransientUnit a.scope Slice=b.slice MemoryMax=1024`. */
export function describeCall(message: Uint8Array): string {
  const decoded = decodeMessage(message);
  const { member } = decoded;
  if (member === 'Get') return `${member} ${textAt(decoded, 1)}`;
  const isSet = member === 'StartTransientUnit' || member === 'SetUnitProperties';
  const properties = isSet ? (decoded.body[2] as readonly Value[]) : [];
  return [member, textAt(decoded, 0), ...properties.map(assignment)].join(' ');
}

/** The function that is called, and the unit that it is about. */
export function nameOfCall(message: Uint8Array): { readonly member: string; readonly unit: string } {
  const decoded = decodeMessage(message);
  return { member: decoded.member, unit: textAt(decoded, 0) };
}

function assignment(property: Value): string {
  const [name, { value }] = property as readonly [string, Variant];
  if (name === 'PIDs') return 'PIDs=the process';
  return `${name}=${valueText(value)}`;
}

function valueText(value: Value): string {
  if (value === INFINITY) return 'infinity';
  if (value instanceof Uint8Array) return bitsText(value);
  if (Array.isArray(value)) return value.map(memberText).join(',');
  const text = typeof value === 'object' ? 'a variant' : String(value);
  return /^[\w@%+=:,./\\-]+$/.test(text) ? text : JSON.stringify(text);
}

function memberText(value: Value): string {
  return Array.isArray(value) ? value.map(valueText).join(' ') : valueText(value);
}

function bitsText(bits: Uint8Array): string {
  const numbers = [...bits].flatMap((byte, at) =>
    [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => ((byte >> bit) & 1) === 1).map((bit) => at * 8 + bit),
  );
  return numbers.join(',');
}
