import type { Digest } from './types.ts';

/** Of 64 hexadecimal digits. */
export const digestFrom = (hex: string): Digest => `sha256:${hex}`;

/** The 64 hexadecimal digits. */
export const hexOf = (digest: Digest): string => digest.slice('sha256:'.length);

export const isDigest = (text: string): text is Digest => /^sha256:[0-9a-f]{64}$/.test(text);

const SHORT = 12;

/** Enough of it to tell images apart, which commands take for all of it. */
export const shortDigest = (digest: Digest): string => hexOf(digest).slice(0, SHORT);
