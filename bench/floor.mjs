// The smallest cost that this kernel allows, by the program of floor.cpp.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The program and its arguments but for how many containers. */
export function floorArguments(setting) {
  const { directory, programs } = setting;
  const filter = seccompFile(setting);
  const args = [join(programs, 'floor'), '--rootfs', join(directory, 'rootfs')];
  return filter === undefined ? args : [...args, '--seccomp', filter];
}

/** Median and p10 in milliseconds, and what the program has printed; undefined where it fails. */
export function runFloor([program, ...args], count, ...more) {
  const given = [...args, '--count', String(count), ...more];
  const { stdout } = spawnSync(program, given, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const figures = /^([\d.]+) ms \(p10 ([\d.]+)\)/.exec(stdout);
  if (figures === null) return undefined;
  return { median: Number(figures[1]), p10: Number(figures[2]), text: stdout.trimEnd() };
}

/** Prints it with its phases. */
export function measureFloor(setting) {
  const { count, log } = setting;
  const figures = runFloor(floorArguments(setting), count * 5, '--phases');
  if (figures !== undefined) log(`\nfloor: the same container by system calls alone: ${figures.text}`);
  return figures && { median: figures.median, p10: figures.p10 };
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
