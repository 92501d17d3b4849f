// The measured bundles, made in a temporary directory: hello and Docker's, without the limits that this host cannot set.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const here = import.meta.dirname;
const LIMITS = { memory: 'memory', cpu: 'cpu', pids: 'pids', blockIO: 'io', hugepageLimits: 'hugetlb' };

/** Directories of the bundles by name; `waiting` is Docker's with a program that stays until it is killed, `none` no bundle. */
export function makeBundles(directory, trueProgram) {
  const bundles = {
    docker: join(directory, 'docker'),
    waiting: join(directory, 'waiting'),
    none: undefined,
  };
  const rootfs = makeRootfs(directory, trueProgram);
  const docker = read(join(here, 'docker.config.json'));
  withoutMissing(docker, rootfs);
  write(bundles.docker, docker);
  docker.process.args = ['/true', 'wait'];
  write(bundles.waiting, docker);
  const hello = resolve(here, '../bundles/hello');
  if (existsSync(join(hello, 'rootfs/bin'))) {
    bundles.hello = join(directory, 'hello');
    write(bundles.hello, withoutMissing(read(join(hello, 'config.json')), join(hello, 'rootfs')));
  }
  return bundles;
}

function makeRootfs(directory, trueProgram) {
  const rootfs = join(directory, 'rootfs');
  for (const name of ['dev', 'proc', 'sys']) mkdirSync(join(rootfs, name), { recursive: true });
  copyFileSync(trueProgram, join(rootfs, 'true'));
  return rootfs;
}

function withoutMissing(config, rootfs) {
  config.root.path = rootfs;
  const available = controllers();
  for (const [name, controller] of Object.entries(LIMITS)) {
    if (!available.includes(controller)) delete config.linux.resources?.[name];
  }
  return config;
}

function controllers() {
  const root = cgroupRoot();
  return root === undefined ? [] : readFileSync(join(root, 'cgroup.controllers'), 'utf8').trim().split(/\s+/);
}

/** Where the v2 hierarchy is mounted. */
export function cgroupRoot() {
  return ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].find((root) =>
    existsSync(join(root, 'cgroup.controllers')),
  );
}

function read(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function write(directory, config) {
  mkdirSync(directory);
  writeFileSync(join(directory, 'config.json'), JSON.stringify(config, undefined, 2));
}
