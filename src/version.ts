/** Version of the package. */
export const VERSION = '0.1.0';

declare const RUNTS_COMMIT: string | undefined;

/** Commit that the bundle was made from; `unknown` outside of a checkout. */
export const COMMIT: string = typeof RUNTS_COMMIT === 'string' ? RUNTS_COMMIT : 'unknown';
