import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../support/run.ts';
import type { Ended } from '../../support/run.ts';
import { output } from './cell.ts';
import type { Cell } from './cell.ts';
import { documented } from './docs.ts';
import { makeImage } from './image.ts';

/** Known in the cell alone. */
export const USER = { id: 70_003, name: 'runts-user', subordinate: 700_000 } as const;

export interface RootlessPodman {
  /** Of the user, and his alone. */
  home: string;
  podman: (args: readonly string[]) => Promise<Ended>;
}

/** As docs/rootless.md has it where no cgroup is delegated. */
const OTHERS = `
[containers]
netns = "none"
cgroups = "disabled"
log_driver = "k8s-file"
[engine]
events_logger = "file"
`;

function addUser(cell: Cell): string {
  const { id, name, subordinate } = USER;
  const passwd = `${name}:x:${id}:${id}::${cell.directory}/home:/bin/sh\n`;
  cell.file('passwd', readFileSync('/etc/passwd', 'utf8') + passwd);
  cell.file('group', `${readFileSync('/etc/group', 'utf8')}${name}:x:${id}:\n`);
  for (const file of ['subuid', 'subgid']) cell.file(file, `${name}:${subordinate}:65536\n`);
  return ['passwd', 'group', 'subuid', 'subgid']
    .map((file) => `mount --bind ${cell.directory}/${file} /etc/${file}`)
    .join('\n');
}

/** podman of an ordinary user in the cell, the image loaded. */
export async function startRootlessPodman(cell: Cell): Promise<RootlessPodman> {
  const home = join(cell.directory, 'home');
  mkdirSync(join(home, 'private'), { recursive: true });
  mkdirSync(join(home, 'run'));
  writeFileSync(join(home, 'private/secret'), 'his\n');
  for (const path of [home, join(home, 'private'), join(home, 'run')]) chmodSync(path, 0o700);
  output(await run('chown', ['-R', `${USER.id}:${USER.id}`, home]));
  output(await cell.run('sh', ['-ec', addUser(cell)]));
  const settings = documented('podman and buildah', 'toml');
  const environment = [
    `HOME=${home}`,
    `XDG_RUNTIME_DIR=${home}/run`,
    `TMPDIR=${home}`,
    'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
    `CONTAINERS_CONF=${cell.file('containers.conf', settings)}`,
    `CONTAINERS_CONF_OVERRIDE=${cell.file('others.conf', OTHERS)}`,
  ];
  const drop = [`--reuid=${USER.id}`, `--regid=${USER.id}`, '--clear-groups', '--inh-caps=-all'];
  const words = ['env', '-i', ...environment, 'podman', '--storage-driver', 'vfs'];
  const podman: RootlessPodman['podman'] = (args) => cell.run('setpriv', [...drop, ...words, ...args]);
  output(await podman(['load', '-q', '-i', await makeImage(cell.directory)]));
  return { home, podman };
}
