import { RuntsError } from '../errors.ts';
import { errnoText } from '../plan/errno.ts';
import { HostError } from './host.ts';

/** Calls, and gives errors of Node and of the core the one shape that the rest of runts knows. */
export function checked<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw toHostError(error);
  }
}

/** The same for a promise. */
export async function checkedAsync<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toHostError(error);
  }
}

/** What a promise of the core is rejected with, in that shape. */
export function rethrow(error: unknown): never {
  throw toHostError(error);
}

/** What errors of Node and of the core have beside their message. */
type Loose = Error & Partial<Record<'code' | 'syscall' | 'path' | 'dest' | 'detail', unknown>>;

/** That shape. */
export function toHostError(error: unknown): unknown {
  if (error instanceof HostError || error instanceof RuntsError || !(error instanceof Error)) return error;
  const { code, syscall = '', path, dest, detail } = error as Loose;
  if (typeof code !== 'string' || typeof syscall !== 'string') return error;
  if (typeof detail === 'string') return new HostError(code, syscall, detail);
  const place = [path, dest].filter((one) => typeof one === 'string').join(' -> ');
  const subject = place === '' ? '' : `${place}: `;
  return new HostError(code, syscall, `${subject}${errnoText(code)} (${syscall}: ${code})`);
}

/** For a file with more bytes than it may have. */
export function tooLarge(path: string, limit: number): HostError {
  return new HostError('EFBIG', 'read', `${path} is larger than ${String(limit)} bytes`);
}
