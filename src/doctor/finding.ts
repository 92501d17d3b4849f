/** Parts of the machine, in the order in which they are told of. */
export const AREAS = [
  'kernel',
  'cgroups',
  'mounts',
  'overlay',
  'users',
  'security',
  'limits',
  'hardware',
] as const;

export type FindingArea = (typeof AREAS)[number];

/** `ok`: as good as it gets; `limited`: something is refused or weaker; `missing`: not there. */
export type FindingStatus = 'ok' | 'limited' | 'missing';

/** A call that was made to find something out. */
export interface TriedCall {
  readonly call: string;
  /** Name of the error number; empty where it worked. */
  readonly errno: string;
}

/** One thing about the machine, what follows from it for containers, and what to do about it. */
export interface Finding {
  /** Stable: `area.name`. */
  readonly id: string;
  readonly area: FindingArea;
  readonly status: FindingStatus;
  /** Whether no container can run where it is missing. */
  readonly required: boolean;
  /** The thing, in a few words. */
  readonly title: string;
  /** What was found. */
  readonly found?: string;
  readonly follows?: string;
  readonly remedy?: string;
  readonly tried: readonly TriedCall[];
  /** What was found, for programs. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A finding without what it can be made without. */
export type Draft = Omit<Finding, 'area' | 'required' | 'tried'> &
  Partial<Pick<Finding, 'required' | 'tried'>>;

export function inArea(area: FindingArea, drafts: readonly Draft[]): Finding[] {
  return drafts.map(({ id, required = false, tried = [], ...rest }) => ({
    ...rest,
    id: `${area}.${id}`,
    area,
    required,
    tried,
  }));
}
