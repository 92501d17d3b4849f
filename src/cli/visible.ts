/**
 * Text for a terminal: what programs of a container have said, or names in a config, may hold sequences that move the
 * cursor, answer as if typed, or hide what stands there.
 */
export function visible(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** The same for what stands in a line with others. */
export function visibleLine(text: string): string {
  return visible(text).replace(/[\n\t]/g, ' ');
}
