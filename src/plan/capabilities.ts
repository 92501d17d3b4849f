import { CAPABILITY_SETS } from '../spec/words.ts';
import type { Capabilities, CapabilitySet, Process } from '../spec/types.ts';
import { onInit, section } from './context.ts';
import { CAPABILITY_NAMES } from './numbers.ts';
import type { CapabilityName } from './numbers.ts';
import type { Step } from './steps.ts';

type Sets = Readonly<Record<CapabilitySet, CapabilityName[]>>;

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
  const raisable = known.permitted.filter((name) => known.inheritable.includes(name));
  const ambient = within(known.ambient, raisable, 'ambient', 'permitted and inheritable', warn);
  return { ...known, effective, ambient };
}

function knownSets(
  asked: Capabilities,
  grantable: readonly CapabilityName[],
  warn: (message: string) => void,
): Sets {
  const refused = new Set<string>();
  const entries = CAPABILITY_SETS.map((set) => {
    const names = asked[set] ?? [];
    // names that are no capabilities are told of where the config is read
    for (const name of CAPABILITY_NAMES)
      if (names.includes(name) && !grantable.includes(name)) refused.add(name);
    return [
      set,
      CAPABILITY_NAMES.filter((name) => names.includes(name) && grantable.includes(name)),
    ] as const;
  });
  if (refused.size > 0) warn(`process.capabilities: cannot be granted, left out: ${[...refused].join(', ')}`);
  return Object.fromEntries(entries) as unknown as Sets;
}

function within(
  names: readonly CapabilityName[],
  limit: readonly CapabilityName[],
  set: CapabilitySet,
  limitName: string,
  warn: (message: string) => void,
): CapabilityName[] {
  const outside = names.filter((name) => !limit.includes(name));
  if (outside.length > 0)
    warn(`process.capabilities.${set}: ${leftOut(set)} ${outside.join(', ')}: not ${limitName}`);
  return names.filter((name) => limit.includes(name));
}

/** As runc says it. */
function leftOut(set: CapabilitySet): string {
  return set === 'ambient' ? "can't raise ambient capability" : 'left out';
}
