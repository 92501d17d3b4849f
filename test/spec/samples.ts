/** Sample configs for the tests of src/spec. */
import { checkSpec } from '../../src/spec/check.ts';
import { formatProblem } from '../../src/spec/problems.ts';

export type Tree = Record<string, unknown>;

/** A config that passes, with every namespace. */
export function goodConfig(): Tree {
  const types = ['pid', 'network', 'mount', 'ipc', 'uts', 'user', 'cgroup', 'time'];
  return {
    ociVersion: '1.3.0',
    root: { path: 'rootfs', readonly: true },
    process: { cwd: '/', args: ['sh'], user: { uid: 0, gid: 0 } },
    hostname: 'box',
    mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
    linux: {
      namespaces: types.map((type) => ({ type })),
      uidMappings: [{ containerID: 0, hostID: 100000, size: 65536 }],
      gidMappings: [{ containerID: 0, hostID: 100000, size: 65536 }],
    },
  };
}

/** Places of {@link goodConfig}'s namespaces. */
export const NS = { pid: 0, network: 1, mount: 2, ipc: 3, uts: 4, user: 5, cgroup: 6, time: 7 } as const;

/** Sets the value at a JSON pointer, making objects on the way; undefined removes it. */
export function put(tree: unknown, pointer: string, value: unknown): void {
  const keys = pointer
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop() ?? '';
  let place = tree as Tree;
  for (const key of keys) place = (place[key] ??= {}) as Tree;
  if (value === undefined && Array.isArray(place)) place.splice(Number(last), 1);
  else if (value === undefined) Reflect.deleteProperty(place, last);
  else Object.defineProperty(place, last, { value, enumerable: true, configurable: true, writable: true });
}

export type Changes = Readonly<Record<string, unknown>>;

export function changed(changes: Changes): Tree {
  const config = goodConfig();
  for (const [pointer, value] of Object.entries(changes)) put(config, pointer, value);
  return config;
}

/** Every problem of the changed good config, as lines. */
export function problemsOf(changes: Changes): string[] {
  const result = checkSpec(changed(changes));
  return result.ok ? [] : result.problems.map(formatProblem);
}

export function warningsOf(changes: Changes): string[] {
  return checkSpec(changed(changes)).warnings.map(formatProblem);
}
