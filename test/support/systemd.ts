import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { cgroupRoot } from './conditions.ts';
import { all, probing } from './config.ts';
import { makeContainer } from './container.ts';
import type { Prepare, TestContainer } from './container.ts';

/** The slice that the tests' scopes are in. */
export const SLICE = 'runts-test.slice';

/** An ordinary user who has a manager where scripts/test-in-systemd.sh runs the tests. */
export const MANAGED_USER = 70_001;

export interface SystemdContainer extends TestContainer {
  unit: string;
  /** Its cgroup's directory. */
  cgroup: string;
  /** As `runts`, without --systemd-cgroup. */
  plain: TestContainer['runts'];
}

/** A container in `runts-test.slice:t:ID` that `runts` makes through systemd. */
export function systemdContainer(context: TestContext, prepare?: Prepare): SystemdContainer {
  const container = makeContainer(context, (config, bundle) => {
    config.linux.cgroupsPath = `${SLICE}:t:${bundle.id}`;
    prepare?.(config, bundle);
  });
  const unit = `t-${container.id}.scope`;
  return {
    ...container,
    unit,
    cgroup: join(cgroupRoot ?? '', 'runts.slice', SLICE, unit),
    plain: container.runts,
    runts: (args, options) => container.runts(['--systemd-cgroup', ...args], options),
  };
}

/** One that sleeps, with these resources. */
export const sleeper = (context: TestContext, resources: Record<string, unknown> = {}): SystemdContainer =>
  systemdContainer(
    context,
    all(probing(['sleep', '60']), ({ linux }) => {
      linux.resources = { ...linux.resources, ...resources };
    }),
  );

export function systemctl(...args: string[]): string {
  return execFileSync('systemctl', args, {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], SYSTEMD_PAGER: '' },
  });
}

/** What `systemctl show` says of properties of a unit. */
export function shown(unit: string, ...names: string[]): Record<string, string> {
  const lines = systemctl('show', ...names.map((name) => `--property=${name}`), '--', unit)
    .trim()
    .split('\n');
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

/** What is left of a unit: its state if systemd still knows it, its cgroup, its files. */
export function leftOf({ unit, cgroup }: SystemdContainer): string[] {
  const loaded = systemctl('list-units', '--all', '--plain', '--no-legend', unit).trim();
  const files = ['', '.d'].map((suffix) => `/run/systemd/transient/${unit}${suffix}`);
  return [...(loaded === '' ? [] : [loaded]), ...[cgroup, ...files].filter((path) => existsSync(path))];
}

export const valueOf = ({ cgroup }: SystemdContainer, file: string): string =>
  readFileSync(join(cgroup, file), 'utf8').trim();
