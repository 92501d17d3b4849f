import type { Plan, Step } from '../plan/steps.ts';

/**
 * The steps of a plan as a Chrome trace (Trace Event Format), which Perfetto and chrome://tracing open: one row for the
 * host and one for init. `times` are begin and end of each step, microseconds since the epoch; 0 for one that did not run.
 */
export function chromeTrace(plan: Plan, times: readonly number[], pid: number): string {
  const rows = [threadName(pid, 'host'), threadName(pid, 'init')];
  const last = times.reduce((latest, time) => Math.max(latest, time), 0);
  const events = plan.flatMap((step, index) => {
    const begin = times[index * 2] ?? 0;
    // nobody is left to write down when execve ended, or a step that init did not survive
    const end = times[index * 2 + 1] || last;
    return begin === 0 ? [] : [event(step, index, { begin, end, pid })];
  });
  return `${JSON.stringify({ traceEvents: [...rows, ...events], displayTimeUnit: 'ms' })}\n`;
}

interface Span {
  readonly begin: number;
  readonly end: number;
  readonly pid: number;
}

function event(step: Step, index: number, { begin, end, pid }: Span): object {
  const { kind, on, because, ...fields } = step;
  const args = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plain(value)]));
  return {
    name: kind,
    cat: on,
    ph: 'X',
    ts: begin,
    dur: end - begin,
    pid,
    tid: threadOf(on),
    args: { step: index + 1, because, ...args },
  };
}

function threadName(pid: number, on: Step['on']): object {
  return { name: 'thread_name', ph: 'M', pid, tid: threadOf(on), args: { name: on } };
}

function threadOf(on: Step['on']): number {
  return on === 'host' ? 1 : 2;
}

function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? item.toString() : item)),
  ) as unknown;
}
