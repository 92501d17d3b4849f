/** What a look at a JSON text tells of the keys in it, without reading it. */

/**
 * The colons that may follow a key: never fewer than a text has keys. undefined where a string may hold NUL or half of a
 * surrogate pair by an escape.
 */
export function keysAtMost(text: string): number | undefined {
  const escapes = holds(text, '\\');
  return escapes && mayHoldNoCharacter(text) ? undefined : countColons(text, escapes);
}

/** QuickJS splits a long text in a third of the time that its search takes. */
function holds(text: string, word: string): boolean {
  return text.split(word, 1)[0] !== text;
}

/** NUL or a surrogate as an escape: the other escapes stand for characters. */
const NO_CHARACTER = /\\u(?:0000|[dD][89a-fA-F])/;

function mayHoldNoCharacter(text: string): boolean {
  return text.includes('\\u') && NO_CHARACTER.test(text);
}

/**
 * The colons of a JSON text that may follow a key: never fewer than it has keys, so that a value that has as many
 * cannot have lost one to an equal key.
 */
function countColons(text: string, escapes: boolean): number {
  const pieces = text.split(':');
  pieces.pop();
  let count = 0;
  for (const piece of pieces) {
    const last = piece.charCodeAt(piece.length - 1);
    if (last === QUOTE ? !escapes || mayEndString(piece) : last <= SPACE) count += 1;
  }
  return count;
}

const SPACE = 0x20;
const QUOTE = 0x22;

/** A key ends with a quote, which is none of a string's end after a single backslash; white space may follow. */
function mayEndString(piece: string): boolean {
  return !piece.endsWith('\\"') || piece.endsWith('\\\\"');
}
