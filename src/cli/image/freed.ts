import type { Swept } from '../../image/store/sweep.ts';
import { formatBytes } from '../bytes.ts';

/** The last line of what has removed something. */
export function freed({ layers, bytes }: Swept): string {
  return `${formatBytes(bytes)} freed, of ${layers.length} layers`;
}
