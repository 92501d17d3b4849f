import { describe, expect, it } from 'vitest';
import { needs } from '../support/conditions.ts';
import { statusOf } from '../support/container.ts';
import { running } from '../support/library.ts';

describe('a running container', () => {
  it('is paused and resumed', async (context) => {
    needs(context);
    const { container, ...library } = await running(context);
    await container.pause();
    expect(await statusOf(library)).toBe('paused');
    await expect(container.pause()).rejects.toMatchObject({ code: 'WRONG_STATE' });
    await container.resume();
    expect(await statusOf(library)).toBe('running');
  });

  it('gets another limit, which its statistics show', async (context) => {
    needs(context, 'pids');
    const { container } = await running(context, (config) => {
      config.linux.resources = { pids: { limit: 20 } };
    });
    expect((await container.stats()).pids).toEqual({ current: 1, limit: 20 });
    await container.update({ pids: { limit: 40 } });
    expect((await container.stats()).pids).toEqual({ current: 1, limit: 40 });
  });

  it('keeps its limits where a new one is not as the specification has it', async (context) => {
    needs(context);
    const { container } = await running(context);
    const wrong = { pids: { limit: 'many' } } as unknown as Parameters<typeof container.update>[0];
    await expect(container.update(wrong)).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      details: { path: '/pids/limit' },
    });
  });

  it('has no statistics once it has stopped', async (context) => {
    needs(context);
    const { container } = await running(context);
    await container.kill('SIGKILL');
    await container.wait();
    await expect(container.stats()).rejects.toMatchObject({ code: 'WRONG_STATE' });
  });
});
