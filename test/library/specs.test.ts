import { expect, it } from 'vitest';
import { spec } from '../../src/index.ts';
import { needs } from '../support/conditions.ts';
import { withLibrary } from '../support/library.ts';

it('a builder is as good as its spec, may be run many times, and has no program of its own', async (context) => {
  needs(context);
  const { runtime, id, rootfs } = await withLibrary(context);
  const base = spec.base().cgroup(`/runts-test/${id}`);
  const job = base.args('/bin/inspect', 'exit', '7');
  expect(await runtime.run(id, { spec: job, rootfs })).toMatchObject({ code: 7 });
  expect(await runtime.run(id, { spec: job.rootfs(rootfs).build() })).toMatchObject({ code: 7 });
  await expect(runtime.run(id, { spec: base, rootfs })).rejects.toMatchObject({
    code: 'INVALID_CONFIG',
    message: 'spec: /process/args: is empty: expected one entry at least',
  });
});
