/** `org.systemd.property.NAME` annotations: further properties for the container's unit. */
import { invalid, unsupported } from '../../plan/refuse.ts';
import { step as token } from '../../spec/problems.ts';
import type { Property } from './properties.ts';
import { parseSeconds, parseValue } from './gvariant.ts';
import type { PropertyType } from './gvariant.ts';

export const PREFIX = 'org.systemd.property.';

/**
 * What may be set, and its type. Annotations may come from others than the config's author, so nothing is here that
 * runs a program, starts or stops other units, or moves the unit.
 */
const ALLOWED: Readonly<Record<string, PropertyType>> = {
  Description: 's',
  Documentation: 'as',
  After: 'as',
  Before: 'as',
  PartOf: 'as',
  CollectMode: 's',
  DefaultDependencies: 'b',
  IgnoreOnIsolate: 'b',
  JobTimeoutUSec: 't',
  JobRunningTimeoutUSec: 't',
  TimeoutStopUSec: 't',
  RuntimeMaxUSec: 't',
  RuntimeRandomizedExtraUSec: 't',
  KillMode: 's',
  KillSignal: 'i',
  FinalKillSignal: 'i',
  SendSIGHUP: 'b',
  SendSIGKILL: 'b',
  OOMPolicy: 's',
  ManagedOOMSwap: 's',
  ManagedOOMMemoryPressure: 's',
  ManagedOOMMemoryPressureLimit: 'u',
  ManagedOOMPreference: 's',
  IPAccounting: 'b',
  CPUWeight: 't',
  StartupCPUWeight: 't',
  IOWeight: 't',
  StartupIOWeight: 't',
  MemoryMin: 't',
  MemoryLow: 't',
  MemoryHigh: 't',
  MemoryMax: 't',
  MemorySwapMax: 't',
  MemoryZSwapMax: 't',
  TasksMax: 't',
};

/** systemd writes texts into lines of a unit file, where a line break begins another setting and a last `\\` takes the next. */
const UNWRITABLE = /\p{Cc}|\\$/u;

const TYPE_NAMES: Readonly<Record<PropertyType, string>> = {
  b: 'true or false',
  i: 'a number of type int32',
  u: 'a number of type uint32',
  t: 'a number of type uint64',
  s: "a text in quotes, such as 'text'",
  as: "a list of texts, such as ['one', 'two']",
};

/**
 * The properties that annotations ask for. A name that ends in Sec takes seconds and stands for that in USec.
 * @throws {RuntsError} UNSUPPORTED for a property that annotations may not set, INVALID_CONFIG for a value that is not of
 * its type.
 */
export function annotatedProperties(annotations: Readonly<Record<string, string>>): Property[] {
  return Object.entries(annotations).flatMap(([key, text]) =>
    key.startsWith(PREFIX) ? [toProperty(key, key.slice(PREFIX.length), text)] : [],
  );
}

function toProperty(key: string, given: string, text: string): Property {
  const pointer = `/annotations${token(key)}`;
  const inSeconds = /[a-z]Sec$/.test(given);
  const name = inSeconds ? `${given.slice(0, -'Sec'.length)}USec` : given;
  const type = Object.hasOwn(ALLOWED, name) ? ALLOWED[name] : undefined;
  if (type === undefined) {
    const hint = `these they may: ${Object.keys(ALLOWED).join(', ')}`;
    throw unsupported(pointer, 'annotations may not set this property of a unit', hint);
  }
  const value = inSeconds ? parseSeconds(text) : parseValue(text, type);
  if ([value].flat().some((part) => typeof part === 'string' && UNWRITABLE.test(part))) {
    const why = `${JSON.stringify(text)} has a control character, or ends in \\`;
    throw invalid(pointer, why, 'it would change other settings of the unit');
  }
  if (value !== undefined) return { name, signature: type, value };
  const wanted = inSeconds ? 'a number of seconds' : TYPE_NAMES[type];
  const why = `${JSON.stringify(text)} is not ${wanted}`;
  throw invalid(pointer, why, 'values are in the text format of GVariant');
}
