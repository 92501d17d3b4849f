/** Characters of an error's line; a name may have a million. */
const SHOWN = 200;

const hexadecimal = (byte: string): string => byte.charCodeAt(0).toString(16).padStart(2, '0');

/** UTF-8 where the bytes are that. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll(/[^\w/.-]/g, (byte) => `%${hexadecimal(byte)}`));
  } catch {
    return name;
  }
}

/** A name of bytes (latin1) as errors show it: in quotes, without characters that a terminal obeys. */
export function quoted(name: string): string {
  const text = decoded(name.length > SHOWN ? name.slice(0, SHOWN) : name);
  const safe = JSON.stringify(text).replaceAll(/[\u007f-\u009f]/g, (byte) => `\\u00${hexadecimal(byte)}`);
  return name.length > SHOWN ? `${safe}...` : safe;
}
