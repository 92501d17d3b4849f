import type { Spec } from '../spec/types.ts';
import type { CreateOptions, Facts } from './facts.ts';
import type { Namespaces } from './namespaces.ts';
import type { StepSide } from './wire.ts';
import type { Step, StepKind, StepOf } from './steps.ts';

/** What the sections of a compile share. */
export interface Context {
  readonly spec: Spec;
  readonly facts: Facts;
  readonly options: CreateOptions;
  readonly namespaces: Namespaces;
  /** The root file system as the host names it. */
  readonly root: string;
  /** SELinux context of the mounts; empty: none. */
  readonly mountLabel: string;
  /** Notes something that the user should know and that stops nothing. */
  readonly warn: (message: string) => void;
  /** A number for a descriptor that a host step hands to init; never 0. */
  readonly slot: () => number;
}

/** Steps for two places: the host's before the clone, which make descriptors, and those in their turn. */
export interface Prepared {
  readonly prepare: readonly Step[];
  readonly steps: readonly Step[];
}

type BodyOf<K extends StepKind> = Omit<StepOf<K>, 'on' | 'because'>;
type Body = { [K in StepKind]: BodyOf<K> }[StepKind];
type Placed = Body & { on?: StepSide; because?: string };

/** The body itself becomes the step: a plan has a hundred, and a copy of each would be most of the work. */
export function onHost(because: string, body: Body): Step {
  const step: Placed = body;
  step.on = 'host';
  step.because = because;
  return step as Step;
}

/** As {@link onHost}. */
export function onInit(because: string, body: Body): Step {
  const step: Placed = body;
  step.on = 'init';
  step.because = because;
  return step as Step;
}

export function slotCounter(): () => number {
  let last = 0;
  return () => ++last;
}

/**
 * The pointer itself where the document has it, else the nearest section above: defaults are asked for by the
 * section that would hold what changes them.
 */
export function section(document: unknown, pointer: string): string {
  let at = document;
  let end = 0;
  while (end < pointer.length) {
    const next = endOfToken(pointer, end + 1);
    const key = keyOf(pointer.slice(end + 1, next));
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) break;
    at = (at as Readonly<Record<string, unknown>>)[key];
    if (at === undefined) break;
    end = next;
  }
  return pointer.slice(0, end);
}

function endOfToken(pointer: string, start: number): number {
  const end = pointer.indexOf('/', start);
  return end === -1 ? pointer.length : end;
}

function keyOf(token: string): string {
  return token.includes('~') ? token.replaceAll('~1', '/').replaceAll('~0', '~') : token;
}
