/**
 * Resources as properties of a unit (systemd.resource-control(5)): made from the very settings that are written to the
 * cgroup's files, so that a daemon-reload, after which systemd writes its own, changes none.
 */
import { parseList } from '../../plan/lists.ts';
import type { Setting } from '../settings.ts';
import type { Value } from './dbus.ts';

/** A property of a unit, with its D-Bus type. */
export interface Property {
  readonly name: string;
  readonly signature: string;
  readonly value: Value;
}

/** What a property says where there is no limit (CGROUP_LIMIT_MAX, USEC_INFINITY, CGROUP_WEIGHT_INVALID of systemd). */
export const INFINITY = 2n ** 64n - 1n;

/** cpu.max's period where none is given, in microseconds. */
const DEFAULT_PERIOD = 100_000n;
/** systemd keeps a quota in whole percents of a processor: so many microseconds a second. */
const PERCENT = 10_000n;
const SECOND = 1_000_000n;

/** A property, and the first version of systemd that has it. */
interface Sourced extends Property {
  readonly since: number;
}

type Convert = (value: string) => Sourced[];

/** By the file that systemd writes for the property. Values that are none give nothing: the kernel will say why. */
const CONVERSIONS: Readonly<Record<string, Convert>> = {
  'memory.max': limit('MemoryMax', 231),
  'memory.high': limit('MemoryHigh', 231),
  'memory.low': limit('MemoryLow', 231),
  'memory.min': limit('MemoryMin', 240),
  'memory.swap.max': limit('MemorySwapMax', 232),
  'memory.zswap.max': limit('MemoryZSwapMax', 253),
  'pids.max': limit('TasksMax', 227),
  'cpu.weight': limit('CPUWeight', 232),
  // a weight of 0 is systemd's word for idle
  'cpu.idle': (value) => [number('CPUWeight', value === '1' ? 0n : INFINITY, 252)],
  'cpu.max': cpuMax,
  'cpuset.cpus': cpuset('AllowedCPUs'),
  'cpuset.mems': cpuset('AllowedMemoryNodes'),
  'io.weight': (value) => weight(value, (given) => given),
  'io.bfq.weight': (value) => weight(value, weightOfBfq),
  'io.max': ioMax,
};

export interface Converted {
  /** In the order of the settings; later ones have replaced earlier ones of the same name. */
  readonly properties: readonly Property[];
  /** Names of properties that this version of systemd does not know, with their files. */
  readonly unknown: readonly { readonly name: string; readonly file: string }[];
}

/** The properties for settings. `version` is systemd's. */
export function resourceProperties(settings: readonly Setting[], version: number): Converted {
  const found = new Map<string, Property>();
  const unknown: { name: string; file: string }[] = [];
  for (const { file, value } of settings) {
    for (const { since, ...property } of CONVERSIONS[file]?.(value.trim()) ?? []) {
      if (version < since) unknown.push({ name: property.name, file });
      else found.set(property.name, merged(found.get(property.name), property));
    }
  }
  return { properties: [...found.values()], unknown };
}

/** Lists for several devices come one setting a device. */
function merged(before: Property | undefined, property: Property): Property {
  if (before === undefined || !property.signature.startsWith('a(')) return property;
  return { ...property, value: [...(before.value as Value[]), ...(property.value as Value[])] };
}

/**
 * The settings as systemd can keep them: a quota in whole percents, rounded up so that nobody gets less than was
 * asked for, and one task where none was to be, which lets no other be made either.
 */
export function settingsForSystemd(settings: readonly Setting[]): Setting[] {
  return settings.map((setting) => ({ ...setting, value: keptValue(setting) }));
}

function keptValue({ file, value }: Setting): string {
  if (file === 'pids.max' && value.trim() === '0') return '1';
  const bandwidth = file === 'cpu.max' ? parseBandwidth(value) : undefined;
  if (bandwidth?.perSecond === undefined) return value;
  const { perSecond, period } = bandwidth;
  return `${(perSecond * period) / SECOND} ${period}`;
}

function number(name: string, value: bigint, since: number): Sourced {
  return { name, signature: 't', value, since };
}

function limit(name: string, since: number): Convert {
  return (value) => {
    const bytes = parseLimit(value);
    return bytes === undefined ? [] : [number(name, bytes, since)];
  };
}

function parseLimit(text: string): bigint | undefined {
  if (text === 'max') return INFINITY;
  return /^\d{1,19}$/.test(text) ? BigInt(text) : undefined;
}

interface Bandwidth {
  /** Microseconds of processor time in a second, in whole percents; undefined: no limit. */
  readonly perSecond: bigint | undefined;
  /** Microseconds. */
  readonly period: bigint;
}

function parseBandwidth(text: string): Bandwidth | undefined {
  const [quota = '', periodText = String(DEFAULT_PERIOD)] = text.split(/\s+/);
  if (!/^\d{1,15}$/.test(periodText) || BigInt(periodText) === 0n) return undefined;
  const period = BigInt(periodText);
  if (quota === 'max') return { perSecond: undefined, period };
  if (!/^\d{1,15}$/.test(quota)) return undefined;
  const step = period * PERCENT;
  return { perSecond: ((BigInt(quota) * SECOND + step - 1n) / step) * PERCENT, period };
}

function cpuMax(text: string): Sourced[] {
  const bandwidth = parseBandwidth(text);
  if (bandwidth === undefined) return [];
  return [
    number('CPUQuotaPerSecUSec', bandwidth.perSecond ?? INFINITY, 213),
    number('CPUQuotaPeriodUSec', bandwidth.period, 242),
  ];
}

/** A bit for each processor or node, the first in the lowest bit of the first byte. */
function cpuset(name: string): Convert {
  return (text) => {
    const numbers = parseList(text);
    if (numbers === undefined || numbers.length === 0) return [];
    const bits = new Uint8Array(Math.floor((numbers.at(-1) ?? 0) / 8) + 1);
    for (const one of numbers) bits[one >> 3] = (bits[one >> 3] ?? 0) | (1 << (one & 7));
    return [{ name, signature: 'ay', value: bits, since: 244 }];
  };
}

/** `[default ]N` and `MAJOR:MINOR N`. */
function weight(text: string, convert: (given: bigint) => bigint): Sourced[] {
  const match = /^(?:default |(\d+:\d+) )?(\d{1,5})$/.exec(text);
  if (match === null) return [];
  const value = convert(BigInt(match[2] ?? 0));
  if (match[1] === undefined) return [number('IOWeight', value, 230)];
  return [perDevice('IODeviceWeight', match[1], value)];
}

/**
 * The weight (1 to 10000) that systemd makes this weight of BFQ's (1 to 1000) from: both are linear below and above
 * their common default of 100.
 */
function weightOfBfq(bfq: bigint): bigint {
  return bfq <= 100n ? bfq : 100n + ((bfq - 100n) * 9900n) / 900n;
}

const IO_LIMITS: Readonly<Record<string, string>> = {
  rbps: 'IOReadBandwidthMax',
  wbps: 'IOWriteBandwidthMax',
  riops: 'IOReadIOPSMax',
  wiops: 'IOWriteIOPSMax',
};

/** `MAJOR:MINOR KEY=VALUE...` */
function ioMax(text: string): Sourced[] {
  const [device = '', ...entries] = text.split(/\s+/);
  if (!/^\d+:\d+$/.test(device)) return [];
  return entries.flatMap((entry) => {
    const [key = '', value = ''] = entry.split('=');
    const name = IO_LIMITS[key];
    const most = parseLimit(value);
    return name === undefined || most === undefined ? [] : [perDevice(name, device, most)];
  });
}

function perDevice(name: string, device: string, value: bigint): Sourced {
  return { name, signature: 'a(st)', value: [[`/dev/block/${device}`, value]], since: 230 };
}

/** Properties that can only be given when a unit is started: what the kernel kills of it (memory.oom.group). */
export function startProperties(settings: readonly Setting[], version: number): Property[] {
  const group = settings.findLast(({ file }) => file === 'memory.oom.group')?.value.trim();
  if (version < 253 || (group !== '0' && group !== '1')) return [];
  return [{ name: 'OOMPolicy', signature: 's', value: group === '1' ? 'kill' : 'continue' }];
}
