import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { needs } from '../support/conditions.ts';
import { probing } from '../support/config.ts';
import { makeContainer, parseProbes, startDetached, stateOf } from '../support/container.ts';

/** Loads a profile that allows everything but what is in /kept, for as long as the test takes. */
function loadProfile(context: TestContext, name: string, directory: string): void {
  const file = join(directory, 'profile');
  const rules = 'capability, network, file, mount, umount, pivot_root, signal, ptrace, deny /kept/** rwklx,';
  writeFileSync(file, `profile ${name} flags=(attach_disconnected, mediate_deleted) { ${rules} }\n`);
  const parse = (flag: string): number | null =>
    spawnSync('apparmor_parser', [flag, '--skip-cache', file], { stdio: 'ignore' }).status;
  expect(parse('--replace')).toBe(0);
  context.onTestFinished(() => void parse('--remove'));
}

describe('process.apparmorProfile', () => {
  it('confines the program of the container, and those that exec adds', async (context) => {
    needs(context, 'apparmor', 'the parser of AppArmor');
    const name = `runts-test-${process.pid}`;
    const container = makeContainer(context, (config, { rootfs }) => {
      probing(['sleep', '60'])(config);
      config.process['apparmorProfile'] = name;
      mkdirSync(join(rootfs, 'kept'));
      writeFileSync(join(rootfs, 'kept/secret'), 'told');
      writeFileSync(join(rootfs, 'open'), 'told');
    });
    loadProfile(context, name, container.scratch);
    await startDetached(container);
    const { pid } = await stateOf(container);
    expect(readFileSync(`/proc/${pid}/attr/current`, 'utf8')).toBe(`${name} (enforce)\n`);

    const read = async (path: string) => {
      const ended = await container.runts(['exec', container.id, '/bin/inspect', 'read', path]);
      return parseProbes(ended.stdout)[0];
    };
    expect(await read('/open')).toMatchObject({ value: 'told' });
    expect(await read('/kept/secret')).toMatchObject({ error: 'EACCES' });
    expect(await read('/proc/self/attr/current')).toMatchObject({ value: `${name} (enforce)\n` });
  });
});
