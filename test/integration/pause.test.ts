import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { probing } from '../support/config.ts';
import { makeContainer, startDetached, statusOf, waitForStatus } from '../support/container.ts';

describe('pause', () => {
  it('stops every process until resume, and state says so', async (context) => {
    needs(context);
    const container = makeContainer(context, probing(['sleep', '60']));
    await startDetached(container);
    expect(await container.runts(['pause', container.id])).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '',
    });
    expect(await statusOf(container)).toBe('paused');
    const exec = await container.runts(['exec', container.id, '/bin/inspect', 'true']);
    expect(exec.status).toBe(255);
    expect(exec.stderr).toContain('cannot exec in a paused container (use --ignore-paused to override)');
    expect(await container.runts(['resume', container.id])).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '',
    });
    expect(await statusOf(container)).toBe('running');
    expect(await container.runts(['exec', container.id, '/bin/inspect', 'true'])).toMatchObject({
      status: 0,
    });
  });

  it('a paused container can be deleted by force', async (context) => {
    needs(context);
    const container = makeContainer(context, probing(['sleep', '60']));
    await startDetached(container);
    await container.runts(['pause', container.id]);
    expect(await container.runts(['delete', '--force', container.id])).toMatchObject({ status: 0 });
  });

  it('a stopped container cannot be paused, a running one not resumed', async (context) => {
    needs(context);
    const container = makeContainer(context, probing(['sleep', '60']));
    await startDetached(container);
    expect(await container.runts(['resume', container.id])).toMatchObject({ status: 1 });
    await container.runts(['kill', container.id, 'KILL']);
    await waitForStatus(container, 'stopped');
    expect(await container.runts(['pause', container.id])).toMatchObject({ status: 1 });
  });
});
