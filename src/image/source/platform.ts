import { RuntsError } from '../../errors.ts';
import type { Platform } from '../types.ts';

/** Architectures as Go names them, by Node's names and by the kernel's. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  x86_64: 'amd64',
  ia32: '386',
  aarch64: 'arm64',
  ppc64: 'ppc64le',
};

/** What an architecture has where nobody names a variant. */
const LEVELS: Readonly<Record<string, number>> = { amd64: 1, arm64: 8, arm: 7 };

/** This machine's. */
export function thisPlatform(): Platform {
  return { os: 'linux', architecture: ARCHITECTURES[process.arch] ?? process.arch };
}

/** Reads `OS/ARCH[/VARIANT]`. @throws {RuntsError} INVALID_ARGUMENT. */
export function parsePlatform(text: string): Platform {
  const [, os, architecture, variant] = /^([a-z0-9]+)\/([a-z0-9_]+)(?:\/([a-z0-9.]+))?$/.exec(text) ?? [];
  if (os === undefined || architecture === undefined) {
    throw new RuntsError('INVALID_ARGUMENT', `${JSON.stringify(text)} is not a platform`, {
      hint: 'write it as OS/ARCH or OS/ARCH/VARIANT: linux/arm64, linux/arm/v7',
    });
  }
  const named = ARCHITECTURES[architecture] ?? architecture;
  return { os, architecture: named, ...(variant !== undefined && { variant }) };
}

export function formatPlatform({ os, architecture, variant = '' }: Platform): string {
  return variant === '' ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
}

/** What build tools say of attestations that lie beside their images. */
export const isUnknown = ({ os, architecture }: Platform): boolean =>
  os === 'unknown' && architecture === 'unknown';

/**
 * How far what is there lies below what is wanted, 0 for the same; undefined where it does not run there. Variants count
 * upwards: a machine of v7 runs what is made for v6.
 */
export function distance(wanted: Platform, there: Platform): number | undefined {
  if (wanted.os !== there.os || wanted.architecture !== there.architecture) return undefined;
  if ((wanted.variant ?? '') === (there.variant ?? '')) return 0;
  const below = level(wanted) - level(there);
  return below >= 0 ? below : undefined;
}

/** NaN, which is below and above nothing, for a variant that has no number. */
function level({ architecture, variant = '' }: Platform): number {
  return variant === ''
    ? (LEVELS[architecture] ?? Number.NaN)
    : Number(/^v(\d+(?:\.\d+)?)$/.exec(variant)?.[1]);
}
