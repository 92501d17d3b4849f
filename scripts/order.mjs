// The order of functions in the program of the standalone executable: those that usual commands call come first. Its host
// makes them one after the other while it evaluates the program, so they lie side by side in the heap image, with their names
// and what they refer to; and a command, which counts references there, copies fewer pages.
import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { createContext, Script } from 'node:vm';
import { parseAst } from 'rolldown/parseAst';

const FILE = 'program';
const config = readFileSync(new URL('../src/rehearsal.config.json', import.meta.url), 'utf8');

async function rehearse(runts, verb) {
  const native = {};
  const status = await runts.rehearse(verb, config, native, runts.command(native))();
  if (status !== 0) throw new Error(`the rehearsal of ${verb} has failed`);
}

/** By where functions begin in the source: the verbs whose commands call them. */
async function callers(source) {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  const context = createContext();
  new Script(source, { filename: FILE }).runInContext(context);
  // What has been called so far is not counted again.
  await session.post('Profiler.takePreciseCoverage');
  const verbs = new Map();
  for (const verb of context.runts.rehearsed) {
    await rehearse(context.runts, verb);
    const { result } = await session.post('Profiler.takePreciseCoverage');
    for (const { ranges } of result.find(({ url }) => url === FILE).functions) {
      const [{ startOffset, count }] = ranges;
      if (count > 0) verbs.set(startOffset, [...(verbs.get(startOffset) ?? []), verb]);
    }
  }
  session.disconnect();
  return verbs;
}

/** What is in the braces of `var runts = (function(exports) {...})({})`. */
function bodyOf(source) {
  let { callee } = parseAst(source).body[0].declarations[0].init;
  while (callee.type === 'ParenthesizedExpression') callee = callee.expression;
  return callee.body;
}

/** What more commands call comes first, and what the same ones call stays together. */
function byCallers(verbs) {
  return (one, other) => {
    const [a, b] = [verbs.get(one.start), verbs.get(other.start)];
    return b.length - a.length || a.join().localeCompare(b.join()) || one.start - other.start;
  };
}

/** The script with its declarations of functions in that order, which says nothing else: they hold for all of it anyway. */
export async function calledFirst(source) {
  const verbs = await callers(source);
  const body = bodyOf(source);
  const hot = body.body.filter(({ type, start }) => type === 'FunctionDeclaration' && verbs.has(start));
  const parts = [source.slice(0, body.start + 1)];
  for (const { start, end } of hot.toSorted(byCallers(verbs))) parts.push('\n\t', source.slice(start, end));
  let at = body.start + 1;
  for (const { start, end } of hot) {
    parts.push(source.slice(at, start));
    at = end;
  }
  return [...parts, source.slice(at)].join('');
}
