/**
 * Gives the event loop back between containers. What the library does for one container at a stretch (compiling its plan,
 * recording its state) takes a part of a millisecond; of many that are due at the same moment some have theirs in each turn
 * of the loop, as long as its share lasts, so that timers, sockets and streams are served in between.
 */

/** The library's share of a turn; what begins within it may take a stretch more. */
const SHARE_MS = 0.3;
/** So many of those that wait may begin in one turn. */
const MOST = 16;

const waiting: (() => void)[] = [];
/** When the library began to work in this turn of the loop. */
let begun: number | undefined;

/** Resolves when the caller may go on; undefined where that is at once. */
export function turn(): Promise<void> | undefined {
  if (waiting.length === 0 && !isOver()) return undefined;
  return new Promise((resolve) => void waiting.push(resolve));
}

/** Immediates run once in each turn of the loop, those that were set before it began, and promises after each of them. */
function isOver(): boolean {
  if (begun !== undefined) return performance.now() - begun > SHARE_MS;
  begun = performance.now();
  setImmediate(end);
  return false;
}

function end(): void {
  begun = undefined;
  for (let i = Math.min(waiting.length, MOST); i > 0; i--) setImmediate(release);
}

function release(): void {
  if (!isOver()) waiting.shift()?.();
}
