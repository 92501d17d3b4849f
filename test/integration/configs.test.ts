import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import type { Condition } from '../support/conditions.ts';
import type { TestConfig } from '../support/config.ts';
import { makeContainer, runContainer } from '../support/container.ts';
import type { Bundle } from '../support/bundle.ts';
import type { Report } from '../support/report.ts';
import { mountAt } from '../support/report.ts';

const GOLDEN = resolve(import.meta.dirname, '../plan/golden');
const NAMES = readdirSync(GOLDEN).filter((name) => name.endsWith('.config.json'));

const read = (name: string): TestConfig => JSON.parse(readFileSync(join(GOLDEN, name), 'utf8')) as TestConfig;

/** What a config asks of the machine. */
function conditions({ linux, process }: TestConfig): Condition[] {
  const { memory, cpu, pids } = linux.resources ?? {};
  const raised = process.rlimits?.some(({ hard }) => hard > 20_000) === true;
  const users = linux.namespaces.some(({ type }) => type === 'user');
  return [
    ...(memory === undefined ? [] : (['memory'] as const)),
    ...(cpu === undefined ? [] : (['cpu'] as const)),
    ...(pids === undefined ? [] : (['pids'] as const)),
    ...(raised ? (['CAP_SYS_RESOURCE'] as const) : []),
    ...(users ? (['user namespaces'] as const) : []),
  ];
}

/** Files and directories of the host that the tool had made before it called the runtime. */
function provide(source: string, { scratch }: Bundle): string {
  const path = join(scratch, 'provided', source);
  const directory = /\/(shm|data)$/.test(source);
  mkdirSync(directory ? path : dirname(path), { recursive: true });
  if (!directory) writeFileSync(path, source.endsWith('passwd') ? 'root:x:0:0::/root:/bin/sh\n' : '');
  return path;
}

/** The config of a tool as it wrote it, but for what names its own files, and with inspect as the program. */
function adopt(config: TestConfig, tool: TestConfig, bundle: Bundle): void {
  const own = { root: config.root, cgroupsPath: config.linux.cgroupsPath };
  for (const name of Object.keys(config)) delete config[name];
  Object.assign(config, tool);
  config.root = { ...tool.root, path: own.root.path };
  config.linux.cgroupsPath = own.cgroupsPath as string;
  for (const mount of config.mounts) {
    if (mount.source?.startsWith('/') === true) mount.source = provide(mount.source, bundle);
    // In a user namespace the mapped root may make no mount points, as it may not for the tool.
    mkdirSync(
      join(
        bundle.rootfs,
        /^\/(etc|run)\//.test(mount.destination) ? dirname(mount.destination) : mount.destination,
      ),
      { recursive: true },
    );
    if (/^\/(etc|run)\//.test(mount.destination))
      writeFileSync(join(bundle.rootfs, mount.destination), '', { flag: 'a' });
  }
  config.process.terminal = false;
  config.process.args = ['/bin/inspect', '--json'];
}

describe('the config.json of other tools runs unchanged', () => {
  it.for(NAMES)('%s', async (name, context) => {
    const tool = read(name);
    needs(context, ...conditions(tool));
    const wanted = structuredClone(tool);
    const container = makeContainer(context, (config, bundle) => adopt(config, tool, bundle));
    const ended = await runContainer(container);
    expect(ended.stderr.replaceAll(/^runts: warning: .*\n/gm, '')).toBe('');
    expect(ended.status).toBe(0);
    const report = JSON.parse(ended.stdout) as Report;
    expect(report.pid).toBe(1);
    expect(report).toMatchObject({
      uid: wanted.process.user.uid,
      gid: wanted.process.user.gid,
      cwd: wanted.process.cwd,
    });
    if (wanted.hostname !== undefined) expect(report.hostname).toBe(wanted.hostname);
    for (const { destination } of wanted.mounts) {
      if (destination !== '/dev/mqueue') expect(mountAt(report, destination), destination).toBeDefined();
    }
    expect(report.seccomp.mode).toBe(wanted.linux.seccomp === undefined ? 0 : 2);
    expect(new Set(report.capabilities.bounding)).toEqual(new Set(wanted.process.capabilities?.['bounding']));
  });
});
