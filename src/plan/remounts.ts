import { onInit } from './context.ts';
import { isIdmapped } from './idmap.ts';
import type { Entry } from './mount-entry.ts';
import type { Attribute } from './mount-options.ts';
import { invalid } from './refuse.ts';
import type { Step } from './steps.ts';

/**
 * The options that are named change, the others stay. Attributes are the mount's own (mount_setattr(2)); the rest is
 * of the file system and of whoever else has it mounted, which a remount that is of a bind mount leaves alone.
 */
export function remountSteps({ mount, options, target, pointer }: Entry): Step[] {
  const { set, clear, recursiveSet, recursiveClear } = options;
  if (isIdmapped({ mount, options }))
    throw invalid(
      pointer,
      'what is mounted already cannot be idmapped',
      'give the mount itself the option idmap',
    );
  const change = (recursive: boolean, on: readonly Attribute[], off: readonly Attribute[]): Step[] => {
    if (on.length + off.length === 0) return [];
    return [onInit(pointer, { kind: 'mount-attributes', target, slot: 0, recursive, set: on, clear: off })];
  };
  return [
    ...reconfigureSteps({ options, target, pointer }),
    ...change(false, set, clear),
    ...change(true, recursiveSet, recursiveClear),
  ];
}

function reconfigureSteps({
  options,
  target,
  pointer,
}: Pick<Entry, 'options' | 'target' | 'pointer'>): Step[] {
  const { superblock, superblockOff, data } = options;
  const words = [...superblock, ...superblockOff, ...data.map(({ text }) => text)];
  if (options.bind || words.length === 0) return [];
  return [onInit(pointer, { kind: 'reconfigure', target, options: words })];
}
