import type { HostFiles } from '../host/host.ts';
import type { Facts } from '../plan/facts.ts';
import { classOf } from '../plan/intel-rdt.ts';
import type { Spec } from '../spec/types.ts';
import { readMounts } from './cgroup-tree.ts';

/** RDTGROUP_SUPER_MAGIC of statfs(2). */
const RESCTRL = 0x7655821;
const USUAL = '/sys/fs/resctrl';

/** Only for a config that asks for it: nothing else may look at resctrl (config-linux.md#intelrdt). */
export function readResctrl(files: HostFiles, { linux }: Spec, id: string): Pick<Facts, 'resctrl'> {
  const rdt = linux?.intelRdt;
  const root = rdt && findResctrl(files);
  if (rdt === undefined || root === undefined) return {};
  const file = [root, classOf(rdt, id), 'schemata'].filter((part) => part !== '').join('/');
  return { resctrl: { root, ...(files.exists(file) && { schemata: files.readText(file) }) } };
}

function findResctrl(files: HostFiles): string | undefined {
  if (files.fileSystem(USUAL) === RESCTRL) return USUAL;
  return readMounts(files).find(({ type }) => type === 'resctrl')?.target;
}
