import { readFileSync } from 'node:fs';
import { lacking } from '../../support/conditions.ts';
import type { Ended, RunOptions } from '../../support/run.ts';
import { inTerminal, output } from './cell.ts';
import type { Cell } from './cell.ts';
import { openCri } from './cri.ts';
import type { Cri } from './cri.ts';
import { documented } from './docs.ts';
import { REFERENCE, RUNTIME } from './runtimes.ts';
import { IMAGE, makeImage } from './image.ts';

export interface Engine {
  cell: Cell;
  /** The engine's command, in the cell. */
  run: (args: readonly string[], options?: RunOptions) => Promise<Ended>;
  /** The same with a terminal. */
  terminal: (args: readonly string[], options?: RunOptions) => Promise<Ended>;
}

const READY_MS = 60_000;

function engine(cell: Cell, command: string, flags: readonly string[]): Engine {
  return {
    cell,
    run: (args, options) => cell.run(command, [...flags, ...args], options),
    terminal: (args, options) => cell.run(...inTerminal(command, [...flags, ...args]), options),
  };
}

/** Waits for the daemon to answer; without an answer the error has the end of its log. */
async function ready(ask: () => Promise<Ended>, log: string): Promise<void> {
  const end = Date.now() + READY_MS;
  let answer = await ask();
  while (answer.status !== 0 && Date.now() < end) {
    await new Promise((settle) => setTimeout(settle, 100));
    answer = await ask();
  }
  if (answer.status !== 0) throw new Error(`${answer.stderr}${readFileSync(log, 'utf8').slice(-2000)}`);
}

/** dockerd, its containerd and docker; the image loaded. `flags` are for dockerd, besides the documented settings. */
export async function startDocker(
  cell: Cell,
  flags: readonly string[],
  json = documented('docker', 'json'),
): Promise<Engine> {
  const settings = cell.file('daemon.json', json);
  // for BuildKit
  output(await cell.run('mkdir', ['/run/first']));
  output(await cell.run('ln', ['-s', RUNTIME.path, '/run/first/runc']));
  const env = { PATH: `/run/first:${process.env['PATH'] ?? ''}` };
  const args = [
    ...(REFERENCE.path === '' ? [] : ['--add-runtime', `${REFERENCE.name}=${REFERENCE.path}`]),
    ...['--config-file', settings, '--host', 'unix:///run/docker.sock', '--pidfile', '/run/docker.pid'],
    ...['--data-root', '/run/docker-data', '--exec-root', '/run/docker-exec'],
    ...['--iptables=false', '--ip6tables=false'],
    ...['--storage-driver', lacking('overlay') === undefined ? 'overlay2' : 'vfs'],
    ...flags,
  ];
  const log = cell.daemon('dockerd', args, env);
  const docker = engine(cell, 'docker', ['--host', 'unix:///run/docker.sock']);
  await ready(() => docker.run(['version']), log);
  output(await docker.run(['load', '-q', '-i', await makeImage(cell.directory)]));
  return docker;
}

/** containerd with the documented settings and `more`, and ctr; the image imported into a namespace. */
async function containerd(cell: Cell, more: string, namespace: string, image: string): Promise<Engine> {
  const settings = cell.file('config.toml', documented('containerd', 'toml') + more);
  const socket = `${cell.directory}/containerd.sock`;
  const log = cell.daemon('containerd', [
    ...['--config', settings, '--address', socket],
    ...['--root', '/run/containerd-data', '--state', '/run/containerd-state'],
  ]);
  const ctr = engine(cell, 'ctr', ['--address', socket, '--namespace', namespace]);
  await ready(() => ctr.run(['version']), log);
  output(await ctr.run(['image', 'import', '--local', '--snapshotter', snapshotter(), image]));
  return ctr;
}

export const startContainerd = async (cell: Cell): Promise<Engine> =>
  containerd(cell, '', 'default', await makeImage(cell.directory));

/**
 * The script, for a container or an exec of ctr whose output is looked at. ctr opens the fifos of the output while the program starts, and
 * gives up those that are not open yet when it has ended: on a busy machine it loses the output of about one in a thousand programs that
 * end at once, with runc and crun as with runts.
 */
export const heard = (script: string): string => `(${script}); status=$?; sleep 1; exit $status`;

/** One network for all pods, of point-to-point links: no bridge is needed. */
const NETWORK = {
  cniVersion: '1.0.0',
  name: 'pods',
  plugins: [{ type: 'ptp', ipam: { type: 'host-local', subnet: '10.88.0.0/16' } }],
};

/** containerd as a kubelet finds it. */
export async function startCri(cell: Cell): Promise<Engine & { cri: Cri }> {
  output(await cell.run('mkdir', ['/run/cni', '/run/cni-data']));
  output(await cell.run('cp', [cell.file('pods.conflist', JSON.stringify(NETWORK)), '/run/cni']));
  const more = `
[plugins.'io.containerd.cri.v1.images']
  snapshotter = '${snapshotter()}'
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = '${IMAGE}'
[plugins.'io.containerd.cri.v1.runtime'.cni]
  bin_dirs = ['/usr/lib/cni', '/opt/cni/bin']
  conf_dir = '/run/cni'
`;
  const started = await containerd(cell, more, 'k8s.io', await makeImage(cell.directory, 'sleep 100000'));
  return { ...started, cri: openCri(`${cell.directory}/containerd.sock`) };
}

export const snapshotter = (): string => (lacking('overlay') === undefined ? 'overlayfs' : 'native');
