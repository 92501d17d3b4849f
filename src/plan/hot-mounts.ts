import type { Mount, NamespaceType, Spec } from '../spec/types.ts';
import { onHost, onInit, slotCounter } from './context.ts';
import type { Compiled } from './create.ts';
import type { Facts } from './facts.ts';
import { keepsGroups } from './groups.ts';
import { mountSteps } from './mounts.ts';
import { has, readNamespaces } from './namespaces.ts';
import { cleanPath } from './paths.ts';
import { unsupported } from './refuse.ts';
import { rootPath } from './root.ts';
import type { Step } from './steps.ts';

/** A container that runs, and mounts to make in it or to take away. */
export interface HotMounts {
  readonly spec: Spec;
  readonly facts: Facts;
  /** The container's process. */
  readonly pid: number;
  readonly startTime: number;
  readonly mounts: readonly Mount[];
}

/** Namespaces that mounts depend on; the mount namespace brings the container's root with it. */
const NEEDED: readonly NamespaceType[] = ['mount', 'network', 'ipc', 'cgroup'];

/** `mounts add`: what config.json would have mounted, by a process that enters the container for it and ends. */
export function compileMountsAdd(wanted: HotMounts): Compiled {
  const { spec, facts, mounts } = wanted;
  const warnings: string[] = [];
  const slot = slotCounter();
  const { prepare, steps, late } = mountSteps({
    spec: { ...spec, mounts },
    facts,
    options: { entered: true },
    namespaces: readNamespaces(spec),
    root: rootPath({ spec, facts }),
    mountLabel: '',
    warn: (message) => warnings.push(message),
    slot,
  });
  return { plan: visit(wanted, slot(), { prepare, steps: [...steps, ...late] }), warnings };
}

/** `mounts remove`: the last first, since later ones may lie in earlier ones. */
export function compileMountsRemove(wanted: HotMounts): Compiled {
  const steps = wanted.mounts.map(({ destination }, at) =>
    onInit(`/mounts/${at}`, { kind: 'unmount', path: cleanPath(destination) }),
  );
  return { plan: visit(wanted, 1, { prepare: [], steps: steps.toReversed() }), warnings: [] };
}

interface Work {
  readonly prepare: readonly Step[];
  readonly steps: readonly Step[];
}

function visit({ spec, pid, startTime }: HotMounts, slot: number, { prepare, steps }: Work): Step[] {
  const namespaces = readNamespaces(spec);
  if (!has(namespaces, 'mount')) {
    throw unsupported(
      '/linux/namespaces',
      'a container without a mount namespace has the mounts of the host',
    );
  }
  const user = has(namespaces, 'user');
  const others = NEEDED.filter((type) => has(namespaces, type));
  return [
    onHost('', { kind: 'open-process', pid, startTime, slot }),
    ...prepare,
    onHost('', { kind: 'clone', namespaces: [], intoCgroup: false, cgroupOfPid: 0 }),
    onInit('', { kind: 'join', slot, namespaces: user ? [...others, 'user'] : others }),
    ...(user ? [onInit('', { kind: 'become-root', keepGroups: keepsGroups(spec) })] : []),
    ...steps,
    onHost('', { kind: 'dismiss-visitor' }),
  ];
}
