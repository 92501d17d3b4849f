import { inArea } from './finding.ts';
import type { Finding } from './finding.ts';
import type { Machine } from './machine.ts';
import { judge } from './tries.ts';
import type { Row } from './tries.ts';

const NO_CONTAINER = 'no container can be made';

const CALLS: readonly Row[] = [
  { id: 'clone3', title: 'clone3', tries: ['clone3'], required: true, follows: NO_CONTAINER },
  { id: 'pidfd', title: 'pidfd', tries: ['pidfd'], required: true, follows: NO_CONTAINER },
  { id: 'openat2', title: 'openat2', tries: ['openat2'], required: true, follows: NO_CONTAINER },
  { id: 'close-range', title: 'close_range', tries: ['close-range'], required: true, follows: NO_CONTAINER },
  {
    ...{ id: 'memfd', title: 'executable memfd', tries: ['memfd'], required: true, follows: NO_CONTAINER },
    remedy: 'set the sysctl vm.memfd_noexec to 0 or 1',
  },
  {
    id: 'memfd-seals',
    title: 'sealed modes of memfds',
    tries: ['memfd-noexec-seal', 'memfd-seal-exec'],
    otherwise: 'limited',
    follows: "the helper's memfd is sealed against writes, its mode is not",
    remedy: 'use Linux 6.3 or newer',
  },
];

function namespace(type: string, rest: Partial<Row> = {}): Row {
  return {
    id: `namespace.${type}`,
    title: `${type} namespace`,
    tries: [`namespace-${type}`],
    follows: `a config.json with a new ${type} namespace is refused`,
    ...rest,
  };
}

const NAMESPACES: readonly Row[] = [
  namespace('mount', { required: true, follows: NO_CONTAINER }),
  ...['pid', 'network', 'ipc', 'uts'].map((type) => namespace(type, { required: true })),
  namespace('cgroup'),
  namespace('time', { remedy: 'use a kernel built with CONFIG_TIME_NS, or leave the time namespace out' }),
  {
    id: 'setns-pidfd',
    title: 'setns by pidfd',
    tries: ['setns-pidfd'],
    follows: 'exec cannot join the namespaces of a container',
  },
];

/** Calls that need no right, and namespaces. */
export function kernelFindings({ tries, place }: Machine): Finding[] {
  return inArea('kernel', [...judge(tries, 'caller', CALLS), ...judge(tries, place, NAMESPACES)]);
}
