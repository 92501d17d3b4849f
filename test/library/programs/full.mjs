// full.mjs ADDON — asks the core for what needs more descriptors than this program may open; prints what becomes of that,
// and of a terminal's bridge when there are enough of them again.
import { closeSync, openSync } from 'node:fs';

const module = { exports: {} };
process.dlopen(module, process.argv[2]);
const core = module.exports;
const [[, socket], [, master]] = [core.makeSocketPair(), core.makeSocketPair()];

async function outcome(call) {
  try {
    await call();
    return 'done';
  } catch ({ code, syscall }) {
    return `${syscall}: ${code}`;
  }
}

function fill() {
  const opened = [];
  try {
    for (;;) opened.push(openSync('/dev/null'));
  } catch {
    return opened;
  }
}

const opened = fill();
const execution = await outcome(() => core.execute('', { stdio: [-1, socket, -1] }));
// For the copies that a bridge makes, and for nothing else.
for (const fd of opened.splice(0, 2)) closeSync(fd);
const bridge = await outcome(() => core.bridgeTerminal(socket, master));
for (const fd of opened) closeSync(fd);
const again = await outcome(() => core.bridgeTerminal(socket, master));
console.log(JSON.stringify({ execution, bridge, again }));
