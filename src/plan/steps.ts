import { CONTAINER_STEPS } from './steps-container.ts';
import { HOST_STEPS } from './steps-host.ts';
import { PROCESS_STEPS } from './steps-process.ts';
import type { Fields, RecordOf, StepSide } from './wire.ts';

/**
 * Every kind of step, once: the types of TypeScript, the wire form, and native/plan/steps.gen.h are made from this.
 * Slots are numbers from 1 for descriptors that the host hands to init with the baton; 0 means none. Paths of the
 * container are resolved below the root descriptor by openat2 (RESOLVE_IN_ROOT, RESOLVE_NO_MAGICLINKS).
 */
export const STEPS = { ...HOST_STEPS, ...CONTAINER_STEPS, ...PROCESS_STEPS } as const;

export type StepKind = keyof typeof STEPS;

type FieldsOf<K extends StepKind> = (typeof STEPS)[K]['fields'] extends infer F extends Fields
  ? RecordOf<F>
  : never;

/** One step of a kind: its fields, who runs it, and the JSON pointer of the property that asked for it. */
export type StepOf<K extends StepKind> = {
  readonly kind: K;
  readonly on: StepSide;
  /** JSON pointer into config.json; empty for what the command or the runtime itself asks for. */
  readonly because: string;
} & FieldsOf<K>;

export type Step = { [K in StepKind]: StepOf<K> }[StepKind];

/** The ordered list of everything that a command does to the machine, on both sides of the clone. */
export type Plan = readonly Step[];
