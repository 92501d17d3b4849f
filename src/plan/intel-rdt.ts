import { RuntsError } from '../errors.ts';
import type { IntelRdt, Linux } from '../spec/types.ts';
import { onHost } from './context.ts';
import type { Facts, ResctrlFacts } from './facts.ts';
import { invalid, unsupported } from './refuse.ts';
import type { Step } from './steps.ts';

/** What of a container counts here: also later, for those who join or remove its groups. */
export interface RdtInput {
  readonly spec: { readonly linux?: Pick<Linux, 'intelRdt'> };
  readonly facts: Pick<Facts, 'id' | 'resctrl'>;
}

const POINTER = '/linux/intelRdt';

/** The class of service: a directory of resctrl; empty for the default one, its root. */
export function classOf({ closID }: IntelRdt, id: string): string {
  return closID === '/' ? '' : closID || id;
}

/** The directories that the container's tasks are in: its class and, in there, its own group for monitoring. */
function groupsOf(rdt: IntelRdt, id: string): string[] {
  const group = classOf(rdt, id);
  const monitored = [...(group === '' ? [] : [group]), 'mon_groups', id].join('/');
  return rdt.enableMonitoring === true ? [group, monitored] : [group];
}

/** Before the process: the class is made and given its schemata, or is there and has them (config-linux.md#intelrdt). */
export function rdtSteps({ spec, facts }: RdtInput): Step[] {
  const rdt = spec.linux?.intelRdt;
  if (rdt === undefined) return [];
  const { root, schemata } = requireResctrl(facts.resctrl);
  const [group = '', monitored] = groupsOf(rdt, facts.id);
  const lines = linesOf(rdt);
  checkClass(rdt, { lines, schemata, id: facts.id });
  const make = (path: string, because: string): Step => onHost(because, { kind: 'resctrl-make', root, path });
  // a name without schemata is that of a class which somebody else has made
  const isNew = schemata === undefined && (!rdt.closID || lines.length > 0);
  const write = onHost(POINTER, { kind: 'resctrl-schemata', root, path: group, lines });
  return [
    ...(isNew ? [make(group, POINTER)] : []),
    ...(isNew && lines.length > 0 ? [write] : []),
    ...(monitored === undefined ? [] : [make(monitored, `${POINTER}/enableMonitoring`)]),
  ];
}

function requireResctrl(resctrl: ResctrlFacts | undefined): ResctrlFacts {
  if (resctrl !== undefined) return resctrl;
  throw unsupported(
    POINTER,
    'no resctrl file system is mounted on this host',
    'mount -t resctrl resctrl /sys/fs/resctrl, where the processor has resource director technology',
  );
}

/** The order is the specification's: each line may override what comes before. */
function linesOf({ l3CacheSchema, memBwSchema, schemata = [] }: IntelRdt): string[] {
  return [l3CacheSchema ?? '', memBwSchema ?? '', ...schemata].filter((line) => line !== '');
}

interface ClassState {
  readonly lines: readonly string[];
  /** Those of the class, if it is there. */
  readonly schemata: string | undefined;
  readonly id: string;
}

function checkClass(rdt: IntelRdt, { lines, schemata, id }: ClassState): void {
  const pointer = `${POINTER}/closID`;
  if (!rdt.closID) {
    if (schemata === undefined) return;
    throw invalid(
      POINTER,
      `the class of service ${id} is there already`,
      'remove it, or name it in closID to share it',
    );
  }
  if (schemata === undefined) return;
  const differing = lines.find((line) => !isIn(line, schemata));
  if (differing === undefined) return;
  throw invalid(pointer, `the class of service ${rdt.closID} is there and does not have "${differing}"`);
}

/** `L3:0=ff;1=c0`: every domain that a line names has that value in the same resource. */
function isIn(line: string, schemata: string): boolean {
  const [resource, wanted] = parseLine(line);
  const present = schemata.split('\n').map(parseLine);
  const found = new Map(present.flatMap(([name, domains]) => (name === resource ? domains : [])));
  return wanted.every(([domain, value]) => found.get(domain) === value);
}

/** Leading zeros and case are the kernel's own affair. */
function parseLine(line: string): [resource: string, domains: [string, string][]] {
  const colon = line.indexOf(':');
  const domains = line
    .slice(colon + 1)
    .split(';')
    .map((part) =>
      part.split('=').map((text) =>
        text
          .trim()
          .toLowerCase()
          .replace(/^0+(?=.)/, ''),
      ),
    );
  return [line.slice(0, colon).trim(), domains.map(([domain = '', value = '']) => [domain, value])];
}

/** After the last clone, and for a process that joins the container. */
export function rdtJoinSteps({ spec, facts }: RdtInput): Step[] {
  const rdt = spec.linux?.intelRdt;
  if (rdt === undefined || facts.resctrl === undefined) return [];
  const { root } = facts.resctrl;
  return groupsOf(rdt, facts.id).map((path) => onHost(POINTER, { kind: 'resctrl-join', root, path }));
}

/** What of a class of service can change while the container runs. */
export type RdtChange = Pick<IntelRdt, 'l3CacheSchema' | 'memBwSchema'>;

/** `update`: for all that share the class. */
export function rdtUpdateSteps({ spec, facts }: RdtInput, change: RdtChange): Step[] {
  const lines = linesOf(change);
  if (lines.length === 0) return [];
  const rdt = spec.linux?.intelRdt;
  if (rdt === undefined || facts.resctrl === undefined) {
    const what = change.l3CacheSchema
      ? 'Intel RDT/CAT: l3 cache schema'
      : 'Intel RDT/MBA: memory bandwidth schema';
    throw new RuntsError('UNSUPPORTED', `${what} is not enabled`, {
      hint: 'create the container with linux.intelRdt in its config',
    });
  }
  const path = classOf(rdt, facts.id);
  return [onHost(POINTER, { kind: 'resctrl-schemata', root: facts.resctrl.root, path, lines })];
}

/** What was made for this container alone; a class with a name of its own stays for others. */
export function rdtRemoveSteps({ spec, facts }: RdtInput): Step[] {
  const rdt = spec.linux?.intelRdt;
  if (rdt === undefined || facts.resctrl === undefined) return [];
  const { root } = facts.resctrl;
  const own = rdt.closID ? groupsOf(rdt, facts.id).slice(1) : groupsOf(rdt, facts.id).toReversed();
  return own.map((path) => onHost(POINTER, { kind: 'resctrl-remove', root, path }));
}
