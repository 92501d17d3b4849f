import { formatJson } from '../spec/json-format.ts';

/**
 * What a caller gives as an object is read from its text, as a file would be: that is a copy, whatever becomes of the object
 * meanwhile. JSON.stringify is quicker, but knows no bigint.
 */
export function jsonOf(value: object): string {
  try {
    return JSON.stringify(value);
  } catch {
    return formatJson(value);
  }
}
