import { createContext, runInContext } from 'node:vm';
import { expect, it } from 'vitest';
import { calledFirst } from '../../scripts/order.mjs';

const SCRIPT = `var runts = (function(exports) {
	const table = [cold, warm];
	function cold() { return "cold"; }
	async function warm(verb) { return verb === "run" ? hot() : 1; }
	const between = hot();
	function hot() { return inner(); function inner() { return 0; } }
	exports.command = () => () => 0;
	exports.rehearse = (verb) => () => warm(verb);
	exports.rehearsed = ['run'];
	exports.all = [table[0](), between];
	return exports;
})({});
`;

it('puts the functions that a rehearsal calls first, and the script stays what it is', async () => {
  const ordered = await calledFirst(SCRIPT);
  const order = [...ordered.matchAll(/(?<=function )\w+(?=\()|table =|between =/g)].map(([name]) => name);
  expect(order).toEqual(['warm', 'hot', 'inner', 'table =', 'cold', 'between =']);
  expect(runInContext(`${ordered}\nruns = runts.all`, createContext())).toEqual(['cold', 0]);
});

it('refuses a program whose rehearsal fails', async () => {
  await expect(calledFirst(SCRIPT.replace("['run']", "['state']"))).rejects.toThrow(
    'the rehearsal of state has failed',
  );
});
