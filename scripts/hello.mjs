// Runs bundles/hello; where the host keeps controllers on cgroup v1, a temporary copy of it without those limits.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const bundle = join(root, 'bundles/hello');
const LIMITS = ['memory', 'cpu', 'pids'];

function controllers() {
  const files = ['/sys/fs/cgroup/cgroup.controllers', '/sys/fs/cgroup/unified/cgroup.controllers'];
  const file = files.find((each) => existsSync(each));
  return file === undefined ? [] : readFileSync(file, 'utf8').trim().split(/\s+/);
}

function copyWithout(limits) {
  const config = JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8'));
  config.root.path = join(bundle, 'rootfs');
  for (const limit of limits) delete config.linux.resources[limit];
  const copy = mkdtempSync(join(tmpdir(), 'runts-hello-'));
  writeFileSync(join(copy, 'config.json'), JSON.stringify(config));
  return copy;
}

function run(directory) {
  const ended = spawnSync(join(root, 'bin/runts'), ['run', '--bundle', directory, `hello-${process.pid}`], {
    stdio: 'inherit',
  });
  return ended.status ?? 1;
}

if (process.getuid() !== 0) {
  console.error('hello: containers are made by root: run this as root');
  process.exit(1);
}
const available = controllers();
const left = LIMITS.filter((limit) => !available.includes(limit));
if (left.length === 0) {
  process.exit(run(bundle));
}
console.log(`hello: this host keeps ${left.join(', ')} on cgroup v1: running without these limits\n`);
const copy = copyWithout(left);
const status = run(copy);
rmSync(copy, { recursive: true });
process.exit(status);
