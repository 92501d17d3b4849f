// The order of functions in the program of the standalone executable: those that usual commands call come first. Its host
// makes them one after the other while it evaluates the program, so they lie side by side in the heap image, with their names
// and what they refer to; and a command, which counts references there, copies fewer pages.
import { Session } from 'node:inspector/promises';
import { createContext, Script } from 'node:vm';
import { parseAst } from 'rolldown/parseAst';

const FILE = 'program';

async function rehearse(runts, verb) {
  const status = await runts.rehearse(verb)();
  if (status !== 0) throw new Error(`the rehearsal of ${verb} has failed`);
}

/** Where in the source the functions begin that are called by these commands. */
async function called(source, verbs) {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  const context = createContext();
  new Script(source, { filename: FILE }).runInContext(context);
  // What has been called so far is not counted again.
  await session.post('Profiler.takePreciseCoverage');
  for (const verb of verbs) await rehearse(context.runts, verb);
  const { result } = await session.post('Profiler.takePreciseCoverage');
  session.disconnect();
  const ranges = result.find(({ url }) => url === FILE).functions.map((each) => each.ranges[0]);
  return new Set(ranges.filter(({ count }) => count > 0).map(({ startOffset }) => startOffset));
}

/** What is in the braces of `var runts = (function(exports) {...})({})`. */
function bodyOf(source) {
  let { callee } = parseAst(source).body[0].declarations[0].init;
  while (callee.type === 'ParenthesizedExpression') callee = callee.expression;
  return callee.body;
}

/** The script with its declarations of functions in that order, which says nothing else: they hold for all of it anyway. */
export async function calledFirst(source, verbs) {
  const starts = await called(source, verbs);
  const body = bodyOf(source);
  const hot = body.body.filter(({ type, start }) => type === 'FunctionDeclaration' && starts.has(start));
  const parts = [source.slice(0, body.start + 1)];
  for (const { start, end } of hot) parts.push('\n\t', source.slice(start, end));
  let at = body.start + 1;
  for (const { start, end } of hot) {
    parts.push(source.slice(at, start));
    at = end;
  }
  return [...parts, source.slice(at)].join('');
}
