/** One part of a longer work, such as a layer, as far as it has come. */
export interface Progress {
  /** Tells parts apart and is shown: `layer 2 of 5`. */
  readonly part: string;
  /** Bytes. */
  readonly done: number;
  /** Bytes, where it is known before the end. */
  readonly size?: number;
  /** Set once, with the last report of the part: what came of it, such as `stored` or `there already`. */
  readonly outcome?: string;
}

/** Called as often as something is done: whoever shows it decides how often. */
export type ReportProgress = (progress: Progress) => void;
