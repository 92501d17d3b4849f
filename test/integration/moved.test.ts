/**
 * Directories that somebody moves while the runtime walks through them: `d/..` then is missing, and what opens `..`
 * by itself from the root of a mount goes up to the host (the kind of CVE-2021-30465 and CVE-2024-45310).
 */
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { probing } from '../support/config.ts';
import { makeContainer, runContainer } from '../support/container.ts';
import type { Prepare, TestContainer } from '../support/container.ts';
import { INSPECT, RUNTS, run } from '../support/run.ts';
import { parse } from '../support/strace.ts';

const UP = '../'.repeat(12);
const LINKS = Array.from({ length: 30 }, (_, i) => `link${i}`);

const canary = ({ scratch }: { scratch: string }): string => join(scratch, 'canary');

/** A volume with links by `d/..` to what is missing on the host, and mounts on them. */
const moving =
  (links: readonly string[]): Prepare =>
  (config, bundle) => {
    probing(['true'])(config);
    mkdirSync(canary(bundle));
    const volume = join(bundle.scratch, 'volume');
    mkdirSync(join(volume, 'd'), { recursive: true });
    for (const link of links) symlinkSync(`d/${UP}${canary(bundle).slice(1)}/${link}`, join(volume, link));
    config.mounts.push({ destination: '/volume', source: volume, options: ['bind'] });
    for (const link of links)
      config.mounts.push({ destination: `/volume/${link}/sub`, type: 'tmpfs', source: 'tmpfs' });
  };

async function traced(container: TestContainer, ...options: string[]) {
  const file = join(container.scratch, 'strace');
  const strace = ['-f', '-s', '4096', '-o', file, '-e', 'trace=openat2', ...options];
  const { state, directory, id } = container;
  const ended = await run('strace', [...strace, RUNTS, '--root', state, 'run', '-b', directory, id]);
  return { ended, calls: parse(file) };
}

it('a .. that is not found is not made and not gone through', async (context) => {
  needs(context, 'strace');
  const quiet = await traced(makeContainer(context, moving(['link'])));
  const first = quiet.calls.find(({ text }) => text.includes('"/volume/d/.."'));
  const own = quiet.calls.filter(({ pid }) => pid === first?.pid);
  const at = own.findIndex((call) => call === first) + 1;
  expect(at).toBeGreaterThan(0);

  const container = makeContainer(context, moving(['link']));
  const moved = await traced(container, '-e', `inject=openat2:error=ENOENT:when=${at}+`);
  expect(readdirSync(canary(container))).toEqual([]);
  expect(moved.ended.status).toBe(1);
  expect(moved.ended.stderr).toContain('the path is changed while it is made');
});

it('a directory that is renamed all the time leads nowhere', async (context) => {
  needs(context);
  for (let i = 0; i < 3; i++) {
    const container = makeContainer(context, moving(LINKS));
    const directory = join(container.scratch, 'volume/d');
    const renaming = run(INSPECT, ['rename-often', directory, `${directory}2`, '1500', '60', '40']);
    await runContainer(container, { unrecorded: 'it may lose the race or win it' });
    await renaming;
    expect(readdirSync(canary(container))).toEqual([]);
  }
}, 30_000);
