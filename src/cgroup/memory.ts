import { RuntsError } from '../errors.ts';
import type { Integer, MemoryResources } from '../spec/types.ts';
import { isZero, limitText, propertyName, RESOURCES, type Setting } from './settings.ts';

const AT = `${RESOURCES}/memory`;

/**
 * memory.swap.max, memory.max and memory.low (Documentation/admin-guide/cgroup-v2.rst). Swap comes first, as in runc:
 * v2 counts swap apart, so neither write can be refused for the other's sake, but memory.max reclaims at once and
 * should find the new swap limit when it does.
 */
export function memorySettings(memory: MemoryResources): Setting[] {
  const { limit, reservation } = memory;
  const settings: Setting[] = [];
  const swap = swapText(memory);
  if (swap !== undefined) settings.push(swapSetting(swap, memory));
  add(settings, 'memory.max', limitText(limit), 'limit');
  add(settings, 'memory.low', limitText(reservation), 'reservation');
  return settings;
}

function add(settings: Setting[], file: string, value: string | undefined, key: string): void {
  if (value === undefined) return;
  settings.push({ controller: 'memory', file, value, because: `${AT}/${key}`, idle: value === 'max' });
}

/** A kernel without swap accounting has no file; that is as good as `0` and `max`, but not as a limit in between. */
function swapSetting(value: string, { swap }: MemoryResources): Setting {
  const because = swap === undefined || isZero(swap) ? `${AT}/limit` : `${AT}/swap`;
  return {
    controller: 'memory',
    file: 'memory.swap.max',
    value,
    because,
    idle: value === 'max' || value === '0',
  };
}

/**
 * The specification's swap includes memory, that of v2 does not. Unset swap with unlimited memory is unlimited too,
 * as with v1.
 */
function swapText({ limit = 0, swap = 0 }: MemoryResources): string | undefined {
  if (isZero(swap)) return limit < 0 ? 'max' : undefined;
  if (swap < 0) return 'max';
  if (limit < 0) return String(swap);
  if (isZero(limit)) throw badSwap('needs a memory limit, which it includes');
  if (swap < limit) throw badSwap(`${swap} is below the memory limit ${limit}, which it includes`);
  return String(BigInt(swap) - BigInt(limit));
}

function badSwap(what: string): RuntsError {
  return new RuntsError('INVALID_CONFIG', `${propertyName(`${AT}/swap`)}: ${what}`, {
    path: `${AT}/swap`,
    hint: 'linux.resources.memory.swap is the sum of memory and swap: give a limit, and at least as much swap',
  });
}

/**
 * The promise of `checkBeforeUpdate`: a new limit that is not above the usage is refused, where the kernel would
 * take it and kill. `usage` is memory.current in bytes; undefined where it cannot be read, which passes.
 */
export function checkMemoryUsage(memory: MemoryResources | undefined, usage: Integer | undefined): void {
  if (memory?.checkBeforeUpdate !== true || usage === undefined) return;
  for (const [key, what] of [
    ['swap', 'memory+swap'],
    ['limit', 'memory'],
  ] as const) {
    const limit = memory[key] ?? 0;
    if (limit > 0 && limit <= usage) {
      throw new RuntsError(
        'INVALID_ARGUMENT',
        `${propertyName(`${AT}/${key}`)}: rejecting ${what} limit ${limit}: ${usage} bytes are in use`,
        {
          path: `${AT}/${key}`,
          hint: 'give more, or leave out checkBeforeUpdate to have the kernel reclaim or kill',
        },
      );
    }
  }
}
