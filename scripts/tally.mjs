// tally.mjs [--nowhere] FAILED [ENTRY=]REPORT... — names the skipped tests of vitest's JSON reports with their reasons, the failed ones with
// the reports and what they said there (the end of a log may be all that is kept), and ends with one line of counts. A test of several
// reports counts as passed if it passed anywhere and failed nowhere. FAILED is 1 where a check before or beside the tests failed;
// FAILED, a failed test or (--nowhere) one that passed in no report makes the status 1.
// Reports with an ENTRY, node or standalone, are of one machine: what passed through one entry must pass through all that have it.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

const strict = process.argv[2] === '--nowhere';
const [failedBefore, ...reports] = process.argv.slice(strict ? 3 : 2);
const STATES = ['failed', 'passed', 'skipped'];
const tests = new Map();
const states = new Map();
let broken = failedBefore === '0' ? 0 : 1;

/** Of what a failed test says. */
const MOST_LINES = 20;

/** In which report the test failed, and what it said there; nothing for one that did not fail. */
const failures = (report, messages) =>
  messages.map((message) => `  in ${report}: ${message.split('\n').slice(0, MOST_LINES).join('\n    ')}`);

const stateOf = (assertion) =>
  ['failed', 'passed'].includes(assertion.status) ? assertion.status : 'skipped';

function add(name, found, entry) {
  if (entry !== undefined) states.set(name, { ...states.get(name), [entry]: found.state });
  const before = tests.get(name);
  const first = before === undefined || STATES.indexOf(found.state) < STATES.indexOf(before.state);
  const kept = first || (before.reason === undefined && found.state === before.state) ? found : before;
  tests.set(name, { ...kept, says: [...(before?.says ?? []), ...found.says] });
}

function read(argument) {
  const [, entry, report] = /^(?:(\w+)=)?(.*)$/.exec(argument);
  if (!existsSync(report)) {
    console.error(`tally: there is no ${report}: the tests did not run to their end`);
    broken = 1;
    return;
  }
  for (const suite of JSON.parse(readFileSync(report, 'utf8')).testResults) {
    const file = relative(process.cwd(), suite.name);
    for (const assertion of suite.assertionResults) {
      const says = failures(report, assertion.failureMessages);
      const found = { state: stateOf(assertion), reason: assertion.meta?.skipped, says };
      add(`${file}: ${assertion.fullName}`, found, entry);
    }
    if (suite.status === 'failed' && suite.assertionResults.every((each) => each.status !== 'failed')) {
      const says = failures(report, [suite.message ?? 'no words']);
      add(`${file}: the file itself`, { state: 'failed', says }, entry);
    }
  }
}

/** What passes through some entries only has failed, whatever it does elsewhere. */
function judge([name, byEntry]) {
  const entries = Object.keys(byEntry);
  const others = entries.filter((entry) => byEntry[entry] !== 'passed');
  if (others.length === 0 || others.length === entries.length) return;
  const through = others.map((entry) => `${byEntry[entry]} through ${entry}`);
  tests.set(name, { ...tests.get(name), state: 'failed', through });
}

reports.forEach(read);
[...states].forEach(judge);
const named = (state) => [...tests].filter(([, test]) => test.state === state);
const skipped = new Map();
for (const [name, { reason = 'without a reason' }] of named('skipped')) {
  skipped.set(reason, [...(skipped.get(reason) ?? []), name]);
}
for (const [reason, group] of skipped) {
  console.log(`\nskipped, ${reason}:`);
  for (const name of group) console.log(`  ${name}`);
}
for (const [name, { through, says }] of named('failed')) {
  console.log(`\nfailed: ${name}${through ? ` (${through.join(', ')})` : ''}`);
  for (const each of says) console.log(each);
}
if (broken) console.log('\nsomething beside the tests failed: see above');
const [failed, passed, left] = STATES.map((state) => named(state).length);
if (strict && left > 0) console.log(`\n${left} tests ran nowhere: every test must run on some machine`);
console.log(`\n${passed} passed, ${failed} failed, ${left} skipped`);
process.exit(broken || failed > 0 || (strict && left > 0) ? 1 : 0);
