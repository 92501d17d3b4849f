import { RuntsError } from '../../errors.ts';
import { changedContainer } from '../../image/changes/container.ts';
import { whilePaused } from '../../image/changes/paused.ts';
import { shortDigest } from '../../image/digest.ts';
import { isOn, textsOf, wordOf } from '../flags.ts';
import type { Input, VerbFunction } from '../verb.ts';
import { budgetOf } from './budget.ts';
import { jsonOr, lines, withStore } from './store.ts';

export const verb: VerbFunction = (input) =>
  withStore(input, async ({ store, report }) => {
    const { args, context, flags } = input;
    const [of = '', name = ''] = args;
    const container = changedContainer(context, of);
    const [author, message] = [wordOf(flags, 'author'), wordOf(flags, 'message')];
    const committed = await store.commit(container, name, {
      created: createdOf(input),
      changes: textsOf(flags, 'change'),
      budget: budgetOf(flags),
      progress: report,
      ...(author !== undefined && { author }),
      ...(message !== undefined && { message }),
      ...(!isOn(flags, 'no-pause') && { paused: (read) => whilePaused(context, container, read) }),
    });
    return jsonOr(input, committed, () => lines([`${name}  ${shortDigest(committed.digest)}`]));
  });

/** RFC 3339, section 5.6, in UTC or with an offset. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** --created, else SOURCE_DATE_EPOCH of the environment (reproducible-builds.org), else now. */
function createdOf({ context: { host }, flags }: Input): string {
  const given = wordOf(flags, 'created');
  if (given !== undefined) return timeOf('--created', given, TIME.test(given) ? given : '');
  const epoch = host.self.variable('SOURCE_DATE_EPOCH') ?? '';
  if (epoch !== '')
    return timeOf('SOURCE_DATE_EPOCH', epoch, /^\d+$/.test(epoch) ? Number(epoch) * 1000 : '');
  return new Date(host.self.now() / 1000).toISOString();
}

function timeOf(what: string, given: string, value: string | number): string {
  const time = new Date(value);
  if (!Number.isNaN(time.getTime())) return time.toISOString().replace('.000Z', 'Z');
  const form = what === '--created' ? '2026-01-31T12:00:00Z' : 'seconds since 1970';
  throw new RuntsError('INVALID_ARGUMENT', `${what}: ${JSON.stringify(given)} is no time: expected ${form}`);
}
