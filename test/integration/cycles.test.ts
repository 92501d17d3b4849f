import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { probing } from '../support/config.ts';
import { makeContainer, timeToCreate } from '../support/container.ts';
import { NOTHING, holdings } from '../support/leaks.ts';
import { RUNTS, spawned, until } from '../support/run.ts';

const FULL = process.env['RUNTS_FULL'] === '1';
const CYCLES = FULL ? 1000 : 40;
const KILLS = FULL ? 200 : 20;
const HOUR = 3_600_000;

describe('many containers', () => {
  it(`${CYCLES} cycles of create, start and delete leave nothing`, { timeout: HOUR }, async (context) => {
    needs(context);
    const container = makeContainer(context, probing(['sleep', '60']));
    const cycle = async (id: string): Promise<void> => {
      const created = await container.runts(['create', '-b', container.directory, id], { capture: false });
      const started = await container.runts(['start', id]);
      const deleted = await container.runts(['delete', '--force', id]);
      expect([created.status, started.status, deleted.status, started.stderr + deleted.stderr]).toEqual([
        0,
        0,
        0,
        '',
      ]);
    };
    for (let i = 0; i < CYCLES; i++) await cycle(container.id);
    expect(holdings(container.id, container.state)).toEqual({
      ...NOTHING,
      files: expect.not.arrayContaining([container.id]),
    });
  });

  it(
    `${KILLS} runtimes killed at a random moment leave what delete --force clears`,
    { timeout: HOUR },
    async (context) => {
      needs(context);
      const container = makeContainer(context, probing(['sleep', '60']));
      const whole = await timeToCreate(container);
      for (let i = 0; i < KILLS; i++) {
        const verb = i % 3 === 0 ? 'run' : 'create';
        const args = ['--root', container.state, verb, '-b', container.directory, container.id];
        const child = spawned(RUNTS, args, { capture: false, unrecorded: 'the moment is random' });
        const closed = new Promise((settle) => child.on('close', settle));
        await new Promise((settle) => setTimeout(settle, whole * (0.2 + Math.random())));
        child.kill('SIGKILL');
        await closed;
        const deleted = await container.runts(['delete', '--force', container.id]);
        expect(deleted, `cycle ${i}`).toMatchObject({ status: 0, stderr: '' });
        await until(`everything of cycle ${i} to be gone`, () => {
          const { processes, cgroups, mounts } = holdings(container.id);
          return processes.length + cgroups.length + mounts.length === 0;
        });
      }
      expect(holdings(container.id, join(container.state, container.id))).toEqual(NOTHING);
    },
  );
});
