import { inArea } from './finding.ts';
import type { Draft, Finding } from './finding.ts';
import type { Machine } from './machine.ts';
import { judge } from './tries.ts';
import type { Row, Tries } from './tries.ts';

const NO_OVERLAY = 'roots from layers (the dev.runts.overlay annotations) are refused';

const ROWS: readonly Row[] = [
  {
    id: 'mount',
    title: 'overlayfs',
    tries: ['overlay'],
    follows: NO_OVERLAY,
    remedy: 'load the module overlay',
  },
  {
    id: 'lowerdir-append',
    title: 'layers one by one',
    tries: ['overlay-lowerdir+'],
    otherwise: 'limited',
    follows: 'only as many layers as fit into 255 bytes, about 11',
    remedy: 'use Linux 6.7 or newer',
  },
  {
    id: 'by-descriptor',
    title: 'layers by descriptor',
    tries: ['overlay-by-descriptor'],
    otherwise: 'limited',
    follows: 'layers are named by /proc/self/fd: nothing is lost while procfs is mounted',
    remedy: 'use Linux 6.13 or newer',
  },
  {
    id: 'idmapped-layers',
    title: 'idmapped layers',
    tries: ['overlay-idmapped-layer'],
    otherwise: 'limited',
    follows: 'containers with a user namespace cannot share layers',
    remedy: 'use Linux 5.19 or newer (6.3 for layers on tmpfs)',
  },
  {
    id: 'userxattr',
    title: 'userxattr',
    tries: ['overlay-userxattr'],
    otherwise: 'limited',
    follows: 'overlays of a user namespace cannot hide directories of lower layers',
    remedy: 'use Linux 5.11 or newer',
  },
  {
    id: 'metacopy',
    title: 'metacopy',
    tries: ['overlay-metacopy'],
    otherwise: 'limited',
    follows: 'a change of owner or mode copies the whole file up',
    remedy: 'only root on the host may use it',
  },
  {
    id: 'volatile',
    title: 'volatile',
    tries: ['overlay-volatile'],
    otherwise: 'limited',
    follows: 'the option volatile is refused',
    remedy: 'use Linux 5.10 or newer',
  },
];

const IN_USER_NAMESPACE: readonly Row[] = [
  {
    id: 'user-namespace',
    title: 'in user namespaces',
    tries: ['overlay'],
    otherwise: 'limited',
    follows: 'the root of a user namespace cannot mount overlays itself',
    remedy: 'use Linux 5.11 or newer',
  },
];

/** What they make is made outside of the user namespace, where an ordinary user has no rights. */
const REFUSED: Draft = {
  id: 'mount',
  title: 'overlayfs',
  status: 'missing',
  found: 'an ordinary user may mount nothing outside of the container',
  follows: NO_OVERLAY,
  remedy: 'run as root, or as root of a user namespace (podman unshare)',
};

export function overlayFindings({ tries, place }: Machine): Finding[] {
  if (place === 'user namespace') return inArea('overlay', [REFUSED]);
  return inArea('overlay', [
    ...judge(tries, 'caller', ROWS),
    ...layers(tries),
    ...judge(tries, 'user namespace', IN_USER_NAMESPACE),
  ]);
}

function layers(tries: Tries): Draft[] {
  const found = tries.find('overlay-layers');
  if (found === undefined || found.errno !== '') return [];
  const count = Number(found.value);
  const tried = [{ call: found.call, errno: '' }];
  return [{ id: 'layers', title: `${count} layers`, status: 'ok', tried, data: { layers: count } }];
}
