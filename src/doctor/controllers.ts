import type { Draft } from './finding.ts';
import type { Machine } from './machine.ts';

/** Controllers that a config.json can ask for, with the properties that do and their name on cgroup v1. */
const CONTROLLERS = [
  { name: 'memory', v1: 'memory', properties: 'memory' },
  { name: 'cpu', v1: 'cpu', properties: 'cpu.shares, cpu.quota' },
  { name: 'cpuset', v1: 'cpuset', properties: 'cpu.cpus, cpu.mems' },
  { name: 'pids', v1: 'pids', properties: 'pids' },
  { name: 'io', v1: 'blkio', properties: 'blockIO' },
  { name: 'hugetlb', v1: 'hugetlb', properties: 'hugepageLimits' },
  { name: 'rdma', v1: 'rdma', properties: 'rdma' },
] as const;

type Controller = (typeof CONTROLLERS)[number];

/** Why a controller is not there, and where it is instead. */
type Where =
  | { readonly why: 'v1'; readonly at: string | undefined }
  | { readonly why: 'disabled' | 'not delegated' | 'not built in' };

interface Absent {
  readonly name: string;
  readonly properties: string;
  readonly where: Where;
}

/** Which controllers containers can have, which not, and where those are. */
export function controllersFinding(machine: Machine): Draft {
  const { controllers, base } = machine.cgroups;
  const absent = CONTROLLERS.filter(({ name }) => !controllers.includes(name)).map((controller): Absent => ({
    ...controller,
    where: whereIs(machine, controller),
  }));
  const data = {
    available: controllers,
    absent: Object.fromEntries(absent.map(({ name, where }) => [name, where])),
  };
  const shared = { id: 'controllers', data };
  // What no usual config asks for counts as the kernel's own choice.
  const wanted = absent.filter(({ name, where }) => !isExotic(name) || where.why !== 'not built in');
  if (wanted.length === 0) return { ...shared, title: `controllers ${controllers.join(' ')}`, status: 'ok' };
  const reasons = [...new Set(wanted.map(({ where }) => where.why))];
  return {
    ...shared,
    title: 'controllers',
    status: 'limited',
    found: `${base} has ${controllers.join(' ') || 'none'}; ${reasons.map((why) => describe(why, wanted)).join('; ')}`,
    follows: `limits that need them are refused, of linux.resources: ${wanted.map(({ properties }) => properties).join(', ')}`,
    remedy: reasons.map((why) => REMEDIES[why](machine)).join('; '),
  };
}

function isExotic(name: string): boolean {
  return name === 'rdma' || name === 'hugetlb';
}

function describe(why: Where['why'], absent: readonly Absent[]): string {
  const group = absent.filter(({ where }) => where.why === why);
  const nowhere = group.every(({ where }) => where.why === 'v1' && where.at === undefined);
  const names = group.map(({ name, where }) => name + placeOf(where)).join(', ');
  return `${why === 'v1' ? `on cgroup v1${nowhere ? ', which is not mounted here' : ''}` : why}: ${names}`;
}

function placeOf(where: Where): string {
  return where.why === 'v1' && where.at !== undefined ? ` at ${where.at}` : '';
}

const REMEDIES: Readonly<Record<Where['why'], (machine: Machine) => string>> = {
  v1: () => 'boot with systemd.unified_cgroup_hierarchy=1 and cgroup_no_v1=all on the kernel command line',
  disabled: () => 'boot without cgroup_disable=, or with cgroup_enable=memory, on the kernel command line',
  'not delegated': ({ cgroups: { base, root } }) =>
    base === root
      ? 'have these controllers given to this part of the hierarchy (Delegate=yes of its systemd unit)'
      : `have them delegated to ${base}: Delegate=cpu cpuset io memory pids in user@.service`,
  'not built in': () => 'for those not built in use another kernel',
};

/**
 * By /proc/cgroups (cgroups(7)): name, number of the hierarchy (0 is v2), number of cgroups, enabled. Newer kernels leave
 * out what they could not have on v1.
 */
function whereIs({ text, cgroups }: Machine, { name, v1 }: Controller): Where {
  const { root = '', base } = cgroups;
  const above = (text(`${root}/cgroup.controllers`) ?? '').trim().split(' ');
  if (base !== root && above.includes(name)) return { why: 'not delegated' };
  const rows = (text('/proc/cgroups') ?? '').split('\n').map((line) => line.split('\t'));
  const row = rows.find(([subsystem]) => subsystem === v1);
  if (row === undefined) return { why: 'not built in' };
  if (row[3] === '0') return { why: 'disabled' };
  const mount = cgroups.v1.find(({ options }) => options.includes(v1));
  if (mount !== undefined || row[1] !== '0') return { why: 'v1', at: mount?.target };
  return { why: 'not delegated' };
}
