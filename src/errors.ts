/** Stable codes of {@link RuntsError}: one for each kind of failure that a user can meet. */
export type ErrorCode =
  | 'INVALID_JSON'
  | 'INVALID_CONFIG'
  | 'INVALID_ARGUMENT'
  | 'INVALID_ID'
  | 'UNSUPPORTED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'WRONG_STATE'
  | 'STEP_FAILED'
  | 'INIT_DIED'
  | 'HOST_FAILED'
  | 'STATE_CORRUPT'
  | 'INTERRUPTED'
  | 'EXITED'
  | 'TOO_LARGE';

/** Everything that is known of a failure beside its one-line message. */
export interface ErrorDetails {
  /** JSON pointer (RFC 6901) of the config property that asked for what failed. */
  readonly path?: string;
  /** Number of the failed step (from 1) and how many the plan has. */
  readonly step?: {
    readonly number: number;
    readonly count: number;
    readonly kind: string;
    readonly on: string;
  };
  /** The failed call with its arguments, such as `openat2([5]<root>, "a/b", O_PATH)`. */
  readonly call?: string;
  /** Name of the system call alone. */
  readonly syscall?: string;
  /** Name of the error number, such as `ENOENT`. */
  readonly errno?: string;
  /** What the user can do about it. */
  readonly hint?: string;
  /** All problems of a config, when there is more than one. */
  readonly problems?: readonly string[];
  /** How the program ended whose output was wanted (EXITED); the code of one that a signal has killed is 128 and its number. */
  readonly exit?: { readonly code: number | undefined; readonly signal?: string };
  /** The last that such a program said on standard error. */
  readonly stderr?: string;
  readonly cause?: unknown;
}

/**
 * The only error that runts throws. `code` is stable; `message` is one line in lower case that names the thing
 * first and gives the cause; the rest is for programs and for the second and third line of the command's report.
 */
export class RuntsError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'RuntsError';
    this.code = code;
    this.details = details;
  }
}
