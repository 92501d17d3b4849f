import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { scratchDirectory } from './bundle.ts';
import { mapping, withoutUsers } from './config.ts';
import type { Change } from './config.ts';
import { makeContainer } from './container.ts';
import type { Prepare, Runner, TestContainer } from './container.ts';
import { environment, run } from './run.ts';

/** An ordinary user that exists for the commands of a test alone; uid and gid are the same number. */
export interface TestUser {
  id: number;
  name: string;
  /** Lines of /etc/subuid and /etc/subgid. */
  subordinate: string;
  /** Runs a command line as that user, with nothing of the test's environment that root would not pass on. */
  run: Runner;
}

export interface UserOptions {
  id?: number;
  /** False: /etc/passwd does not know the user. */
  known?: boolean;
  /** First of 65536 subordinate ids; undefined: none. */
  subordinate?: number | undefined;
  /** Directory of a cgroup that the commands are in. */
  cgroup?: string;
  /** A line of shell that root runs in the mount namespace of each command. */
  mounts?: string;
  /** A command line before that of the test, such as one that enters a user namespace. */
  within?: readonly string[];
}

const SUBORDINATES = 65_536;

/**
 * /etc/passwd, /etc/subuid and /etc/subgid with the user are seen by its commands alone: each runs in a mount namespace
 * of its own in which they lie over the machine's.
 */
export function makeUser(context: TestContext, options: UserOptions = {}): TestUser {
  const { id = 70_001, known = true, cgroup, mounts = '', within = [] } = options;
  const subordinate = 'subordinate' in options ? options.subordinate : 500_000;
  const name = `runts-${id}`;
  const directory = scratchDirectory(context);
  const passwd = known ? `${name}:x:${id}:${id}::/nowhere:/bin/sh\n` : '';
  writeFileSync(join(directory, 'passwd'), readFileSync('/etc/passwd', 'utf8') + passwd);
  const lines = subordinate === undefined ? '' : `${name}:${subordinate}:${SUBORDINATES}\n`;
  for (const file of ['subuid', 'subgid']) writeFileSync(join(directory, file), lines);
  const script = [
    `for f in passwd subuid subgid; do [ ! -e /etc/$f ] || mount --bind ${directory}/$f /etc/$f; done`,
    ...(cgroup === undefined ? [] : [`echo $$ >${cgroup}/cgroup.procs`]),
    mounts,
    'exec "$@"',
  ].join('\n');
  const drop = ['setpriv', `--reuid=${id}`, `--regid=${id}`, '--clear-groups', '--inh-caps=-all'];
  const enter = ['-m', '--propagation', 'private', 'sh', '-ec', script, 'sh', ...drop, ...within];
  return {
    id,
    name,
    subordinate: lines,
    run: (command, given) => run('unshare', [...enter, ...command], given),
  };
}

/** A container of a user, who owns all of its directory. */
export function makeUserContainer(context: TestContext, user: TestUser, prepare?: Prepare): TestContainer {
  const container = makeContainer(
    context,
    (config, bundle) => {
      delete config.linux.cgroupsPath;
      ownId(user)(config);
      prepare?.(config, bundle);
    },
    user.run,
  );
  giveTo(user, container.scratch);
  return container;
}

export function giveTo({ id }: TestUser, path: string): void {
  spawnSync('chown', ['-R', `${id}:${id}`, path], { env: environment() });
}

/** A user namespace in which root is the user himself, and nobody else is. */
export const ownId =
  ({ id }: TestUser): Change =>
  (config) => {
    withoutUsers(config);
    config.linux.namespaces.push({ type: 'user' });
    mapping({ containerID: 0, hostID: id, size: 1 })(config);
    for (const mount of config.mounts) {
      if (mount.options) mount.options = mount.options.filter((option) => option !== 'gid=5');
    }
  };

/** A user namespace whose root is the user and whose other ids are his subordinate ones. */
export const subordinateIds = ({ id }: TestUser, start = 500_000): Change =>
  mapping({ containerID: 0, hostID: id, size: 1 }, { containerID: 1, hostID: start, size: 65_536 });
