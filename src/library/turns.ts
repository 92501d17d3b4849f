/**
 * Gives the event loop back between containers. What the library does for one container at a stretch (compiling its plan,
 * recording its state) takes a part of a millisecond; of many that are due at the same moment one has its stretch in
 * each turn of the loop, so that timers, sockets and streams are served in between.
 */
const waiting: (() => void)[] = [];
let taken = false;

/** Resolves when the caller may go on; undefined where that is at once. */
export function turn(): Promise<void> | undefined {
  if (taken) return new Promise((resolve) => void waiting.push(resolve));
  taken = true;
  setImmediate(pass);
  return undefined;
}

/** Immediates run once in each turn of the loop, after what the kernel had to tell. */
function pass(): void {
  const next = waiting.shift();
  taken = next !== undefined;
  if (next === undefined) return;
  setImmediate(pass);
  next();
}
