import { lacking } from '../../support/conditions.ts';
import type { Ended, RunOptions } from '../../support/run.ts';
import { inTerminal } from './cell.ts';
import type { Cell } from './cell.ts';
import { documented } from './docs.ts';
import { makeImage } from './image.ts';

export interface Podman {
  cell: Cell;
  /** `podman ARG...`, with the runtime of the documented settings. */
  podman: (args: readonly string[], options?: RunOptions) => Promise<Ended>;
  /** The same with a terminal. */
  terminal: (args: readonly string[], options?: RunOptions) => Promise<Ended>;
  buildah: (args: readonly string[], options?: RunOptions) => Promise<Ended>;
}

/** What the documented settings leave open: no network, events in a file, and no limit where there is no controller. */
const OTHERS = `
[containers]
netns = "none"
log_driver = "k8s-file"
${lacking('pids') === undefined ? '' : 'pids_limit = -1'}
[engine]
events_logger = "file"
`;

/** podman and buildah with storage in the cell, the image loaded. */
export async function startPodman(cell: Cell): Promise<Podman> {
  const env = {
    CONTAINERS_CONF: cell.file('containers.conf', documented('podman and buildah', 'toml')),
    CONTAINERS_CONF_OVERRIDE: cell.file('others.conf', OTHERS),
    TMPDIR: '/run',
  };
  const driver = lacking('overlay') === undefined ? 'overlay' : 'vfs';
  const storage = ['--root', '/run/storage', '--runroot', '/run/runroot', '--storage-driver', driver];
  const tmp = ['--tmpdir', '/run/libpod-tmp'];
  const client: Podman = {
    cell,
    podman: (args, options) => cell.run('podman', [...storage, ...tmp, ...args], { env, ...options }),
    terminal: (args, options) =>
      cell.run(...inTerminal('podman', [...storage, ...tmp, ...args]), { env, ...options }),
    buildah: (args, options) => cell.run('buildah', [...storage, ...args], { env, ...options }),
  };
  const loaded = await client.podman(['load', '-q', '-i', await makeImage(cell.directory)]);
  if (loaded.status !== 0) throw new Error(`podman load: ${loaded.stderr}`);
  return client;
}
