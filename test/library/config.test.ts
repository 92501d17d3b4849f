import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultSpec } from '../../src/index.ts';
import type { Spec } from '../../src/index.ts';
import { makeBundle } from '../support/bundle.ts';
import { openRuntime } from '../support/library.ts';

describe('without privileges', () => {
  it('plans what would be done for a bundle or a spec', async (context) => {
    const { directory, scratch } = makeBundle(context);
    const runtime = await openRuntime(join(scratch, 'state'));
    const plan = await runtime.plan('demo', { bundle: directory });
    expect(plan).toContainEqual(expect.objectContaining({ kind: 'clone' }));
    const spec: Spec = { ...defaultSpec(), hostname: 'planned' };
    expect(await runtime.plan('demo', { spec, rootfs: '/rootfs' })).toContainEqual(
      expect.objectContaining({ because: '/hostname', name: 'planned' }),
    );
  });

  it('finds all that is wrong with a config', async (context) => {
    const { directory, scratch } = makeBundle(context, (config) => {
      config.hostname = 7 as unknown as string;
      config.process.cwd = 'relative';
    });
    const verdict = await (await openRuntime(join(scratch, 'state'))).check({ bundle: directory });
    expect(verdict.ok).toBe(false);
    expect(verdict.problems.map(({ pointer }) => pointer).sort()).toEqual(['/hostname', '/process/cwd']);
  });

  it('finds what is right by the specification but is not carried out', async (context) => {
    const { directory, scratch } = makeBundle(context, (config) => {
      config.linux.resources = { memory: { kernelTCP: 1 } };
      config.process['ioPriority'] = { class: 'IOPRIO_CLASS_BE', priority: 99 };
    });
    const verdict = await (await openRuntime(join(scratch, 'state'))).check({ bundle: directory });
    expect(verdict.problems.length).toBeGreaterThan(0);
  });

  it('refuses a root that cannot be one', async () => {
    await expect(openRuntime('/')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('wants to know what a container is made from', async (context) => {
    const { scratch } = makeBundle(context);
    const runtime = await openRuntime(join(scratch, 'state'));
    await expect(runtime.create('demo', {})).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'neither bundle nor spec is given',
    });
    const { process, ...others } = defaultSpec();
    const spec = { ...others, process: { ...process, terminal: false } };
    await expect(runtime.create('demo', { spec })).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      details: { path: '/root/path' },
    });
  });
});
