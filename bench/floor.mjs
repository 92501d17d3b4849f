// The smallest cost that this kernel allows, by the program of floor.cpp.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Median and p10 in milliseconds; prints them with the phases. */
export function measureFloor(setting) {
  const { directory, programs, env, count, log } = setting;
  const filter = seccompFile(setting);
  const args = ['--rootfs', join(directory, 'rootfs'), '--count', String(count * 5), '--phases'];
  if (filter !== undefined) args.push('--seccomp', filter);
  const { status, stdout, stderr } = spawnSync(join(programs, 'floor'), args, { encoding: 'utf8', env });
  log(
    status === 0
      ? `\nfloor: the same container by system calls alone: ${stdout.trimEnd()}`
      : `\nbench: ${stderr.trim()}`,
  );
  const figures = /^([\d.]+) ms \(p10 ([\d.]+)\)/.exec(stdout);
  return figures === null ? undefined : { median: Number(figures[1]), p10: Number(figures[2]) };
}

/**
 * The BPF program that runts compiled from Docker's profile, out of its cache (header: magic, size of the key, number of
 * instructions; the key; the program), as a file for floor; undefined where runts has not run.
 */
function seccompFile({ directory, states }) {
  const programs = readdirSync(states)
    .map((name) => join(states, name, '~seccomp'))
    .filter((cache) => existsSync(cache))
    .flatMap((cache) => readdirSync(cache).map((name) => readFileSync(join(cache, name))))
    .map((content) => content.subarray(12 + content.readUInt32LE(4)));
  const largest = programs.sort((a, b) => b.length - a.length)[0];
  if (largest === undefined) return undefined;
  const path = join(directory, 'seccomp.bpf');
  writeFileSync(path, largest);
  return path;
}
