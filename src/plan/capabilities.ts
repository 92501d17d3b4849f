import type { Capabilities, CapabilitySet, Process } from '../spec/types.ts';
import { onInit, section } from './context.ts';
import { CAPABILITY_NAMES } from './numbers.ts';
import type { CapabilityName } from './numbers.ts';
import type { Step } from './steps.ts';

type Sets = Readonly<Record<CapabilitySet, readonly CapabilityName[]>>;

export interface CapabilityInput {
  readonly process: Process;
  /** What the process can have at all: everything in a user namespace, else what the runtime can give away. */
  readonly grantable: readonly CapabilityName[];
  /** Capabilities that a later step of init needs and the program does not get. */
  readonly retain: readonly CapabilityName[];
  readonly warn: (message: string) => void;
}

export interface CapabilitySteps {
  readonly steps: readonly Step[];
  /** After the last step that needed what was retained. */
  readonly last: readonly Step[];
}

/**
 * The five sets. No set means none of it, and no `capabilities` none at all. What cannot be granted is left out with
 * a warning, as config.md wants it, instead of failing.
 */
export function capabilitySteps(input: CapabilityInput): CapabilitySteps {
  const because = section({ process: input.process }, '/process/capabilities');
  const sets = grantedSets(input);
  const retain = input.retain.filter((name) => !sets.effective.includes(name));
  const { bounding, ambient, ...final } = sets;
  return {
    steps: [onInit(because, { kind: 'capabilities', ...final, bounding, ambient, retain })],
    last: retain.length === 0 ? [] : [onInit(because, { kind: 'capabilities-final', ...final })],
  };
}

function grantedSets({ process, grantable, warn }: CapabilityInput): Sets {
  const known = knownSets(process.capabilities ?? {}, grantable, warn);
  // capset(2) and PR_CAP_AMBIENT refuse the whole set for one that breaks these
  const effective = within(known.effective, known.permitted, 'effective', 'permitted', warn);
  if (known.ambient.length === 0) return { ...known, effective };
  const raisable = known.permitted.filter((name) => known.inheritable.includes(name));
  const ambient = within(known.ambient, raisable, 'ambient', 'permitted and inheritable', warn);
  return { ...known, effective, ambient };
}

function knownSets(
  asked: Capabilities,
  grantable: readonly CapabilityName[],
  warn: (message: string) => void,
): Sets {
  const refused: string[] = [];
  // most configs repeat one list
  const found = new Map<string, readonly CapabilityName[]>([['', []]]);
  const granted = (names: readonly string[] = []): readonly CapabilityName[] => {
    const key = names.join();
    const known = found.get(key);
    if (known !== undefined) return known;
    const set: CapabilityName[] = [];
    for (const name of inOrder(names)) (grantable.includes(name) ? set : refused).push(name);
    found.set(key, set);
    return set;
  };
  const sets = {
    bounding: granted(asked.bounding),
    effective: granted(asked.effective),
    inheritable: granted(asked.inheritable),
    permitted: granted(asked.permitted),
    ambient: granted(asked.ambient),
  };
  if (refused.length > 0)
    warn(`process.capabilities: cannot be granted, left out: ${[...new Set(refused)].join(', ')}`);
  return sets;
}

/** In the order of their bits; names that are no capabilities are told of where the config is read. */
function inOrder(names: readonly string[]): CapabilityName[] {
  const asked = new Set(names);
  const found: CapabilityName[] = [];
  for (const name of CAPABILITY_NAMES) if (asked.has(name)) found.push(name);
  return found;
}

function within(
  names: readonly CapabilityName[],
  limit: readonly CapabilityName[],
  set: CapabilitySet,
  limitName: string,
  warn: (message: string) => void,
): readonly CapabilityName[] {
  if (names === limit) return names;
  const outside = names.filter((name) => !limit.includes(name));
  if (outside.length === 0) return names;
  warn(`process.capabilities.${set}: ${leftOut(set)} ${outside.join(', ')}: not ${limitName}`);
  return names.filter((name) => limit.includes(name));
}

/** As runc says it. */
function leftOut(set: CapabilitySet): string {
  return set === 'ambient' ? "can't raise ambient capability" : 'left out';
}
