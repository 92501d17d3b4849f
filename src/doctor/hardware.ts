import { inArea } from './finding.ts';
import type { Draft, Finding } from './finding.ts';
import type { Machine } from './machine.ts';
import { judge } from './tries.ts';

/** RDTGROUP_SUPER_MAGIC of statfs(2). */
const RESCTRL = 0x7655821;

export function hardwareFindings(machine: Machine): Finding[] {
  return inArea('hardware', [
    ...judge(machine.tries, 'caller', [
      {
        id: 'numa',
        title: 'memory policies (NUMA)',
        tries: ['memory-policy'],
        follows: 'linux.memoryPolicy is refused',
        remedy: 'use a kernel built with CONFIG_NUMA, or leave it out',
      },
    ]),
    resctrlFinding(machine),
  ]);
}

function resctrlFinding({ host: { files }, text }: Machine): Draft {
  const shared = { id: 'resctrl', title: 'resctrl (Intel RDT)' };
  if (files.fileSystem('/sys/fs/resctrl') === RESCTRL) return { ...shared, status: 'ok' };
  const known = (text('/proc/filesystems') ?? '').includes('resctrl');
  return {
    ...shared,
    status: 'missing',
    found: known ? 'it is not mounted' : 'this processor or kernel has none',
    follows: 'linux.intelRdt is refused',
    remedy: known ? 'mount -t resctrl resctrl /sys/fs/resctrl' : 'leave it out',
  };
}
