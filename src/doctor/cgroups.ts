import { inArea } from './finding.ts';
import type { Draft, Finding } from './finding.ts';
import type { Machine } from './machine.ts';
import { controllersFinding } from './controllers.ts';
import { judge } from './tries.ts';
import type { Row } from './tries.ts';

export function cgroupFindings(machine: Machine): Finding[] {
  const tree = treeFinding(machine);
  if (machine.cgroups.root === undefined) return inArea('cgroups', [tree]);
  return inArea('cgroups', [
    tree,
    controllersFinding(machine),
    writableFinding(machine),
    ...intoFinding(machine),
    ...fileFindings(machine),
    ...judge(machine.tries, 'caller', [devices(machine)]),
    pressureFinding(machine),
  ]);
}

const UNIFIED = 'boot with systemd.unified_cgroup_hierarchy=1 on the kernel command line';

function treeFinding({ rootless, cgroups: { root, layout, own } }: Machine): Draft {
  const shared = {
    id: 'tree',
    required: rootless === undefined,
    data: { layout, ...(root !== undefined && { root, own }) },
  };
  if (root !== undefined) {
    const kind = layout === 'hybrid' ? 'hybrid, beside v1' : 'v2 alone';
    return { ...shared, title: `tree at ${root} (${kind})`, status: 'ok' };
  }
  return {
    ...shared,
    title: 'cgroup v2 tree',
    status: 'missing',
    found: layout === 'v1' ? 'only cgroup v1 hierarchies are mounted' : 'no cgroup hierarchy is mounted',
    follows: rootless === undefined ? NONE_FOR_ROOT : NONE,
    remedy: layout === 'v1' ? UNIFIED : 'mount -t cgroup2 cgroup2 /sys/fs/cgroup',
  };
}

const NONE =
  'containers run without a cgroup: limits are refused; pause, update, events and ps have nothing to act on';
const NONE_FOR_ROOT =
  'containers run only with --cgroup-manager disabled or --rootless true, without a cgroup';
const DELEGATE = 'run it in a delegated cgroup: systemd-run --user --scope -p Delegate=yes -- runts ...';

function writableFinding({ cgroups: { base, forbidden }, rootless }: Machine): Draft {
  const shared = { id: 'writable', title: 'making cgroups', required: rootless === undefined };
  if (forbidden === undefined) return { ...shared, status: 'ok', data: { base } };
  return {
    ...shared,
    status: rootless === undefined ? 'missing' : 'limited',
    data: { base, forbidden },
    found: `${forbidden} may not be written to`,
    follows: rootless === undefined ? NONE_FOR_ROOT : NONE,
    remedy:
      rootless?.kind === 'user' ? DELEGATE : 'mount cgroup2 read-write, in a cgroup namespace of its own',
  };
}

/** Where cgroups cannot be written to this fails too, and says nothing more. */
function intoFinding({ tries, cgroups }: Machine): Draft[] {
  const found = tries.find(`cgroup=${cgroups.own}`);
  if (found === undefined || cgroups.forbidden !== undefined) return [];
  const { call, errno } = found;
  const shared = { id: 'clone-into', title: 'processes begin in their cgroup', tried: [{ call, errno }] };
  // A cgroup whose controllers its children have takes no process, except the first.
  if (errno === '' || errno === 'EBUSY') return [{ ...shared, status: 'ok' }];
  return [
    {
      ...shared,
      status: 'missing',
      required: true,
      found: `${call}: ${errno}`,
      follows: 'no container can be made in a cgroup of its own',
      remedy: 'use Linux 5.7 or newer, and a seccomp profile around runts that allows clone3',
    },
  ];
}

/** The first cgroup of a hierarchy has none of these files: one below it tells. */
function fileFindings({ host: { files }, cgroups: { root = '', own } }: Machine): Draft[] {
  const below = own === root ? firstChild(files.list(root), (name) => files.kind(`${root}/${name}`)) : own;
  if (below === undefined) return [];
  const directory = below === own ? own : `${root}/${below}`;
  return FILES.map(({ file, ...rest }) => {
    const path = `${directory}/${file}`;
    return files.exists(path)
      ? { id: rest.id, title: rest.title, status: 'ok' as const }
      : { ...rest, status: 'missing' as const, found: `there is no ${path}` };
  });
}

function firstChild(names: readonly string[], kind: (name: string) => string): string | undefined {
  return names.find((name) => !name.includes('.') && kind(name) === 'directory');
}

const FILES = [
  {
    id: 'freezer',
    title: 'freezer',
    file: 'cgroup.freeze',
    follows: 'pause and resume are refused',
    remedy: 'use Linux 5.2 or newer',
  },
  {
    id: 'kill',
    title: 'cgroup.kill',
    file: 'cgroup.kill',
    follows: 'all processes of a container are killed one by one',
    remedy: 'use Linux 5.14 or newer',
  },
] as const;

function devices({ rootless }: Machine): Row {
  return {
    id: 'device-programs',
    title: 'device programs',
    tries: ['device-program'],
    follows:
      rootless === undefined
        ? 'linux.resources.devices is refused'
        : 'linux.resources.devices is left out; more than "deny all" is a warning',
    remedy: 'run as root with CAP_BPF or CAP_SYS_ADMIN, on a kernel built with CONFIG_CGROUP_BPF',
  };
}

function pressureFinding({ text }: Machine): Draft {
  const shared = { id: 'pressure', title: 'pressure stall information' };
  if (text('/proc/pressure/memory') !== undefined) return { ...shared, status: 'ok' };
  return {
    ...shared,
    status: 'missing',
    found: 'there is no /proc/pressure',
    follows: 'statistics of events have no psi',
    remedy: 'boot with psi=1 on the kernel command line',
  };
}
