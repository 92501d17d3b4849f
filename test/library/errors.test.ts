import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RuntsError } from '../../src/index.ts';
import { makeBundle } from '../support/bundle.ts';
import { openRuntime } from '../support/library.ts';

it('what the machine refuses is a RuntsError, as all that fails', async (context) => {
  const { directory, scratch } = makeBundle(context);
  const file = join(scratch, 'file');
  writeFileSync(file, '');
  const runtime = await openRuntime(file);
  const failures = await Promise.allSettled([
    runtime.create('demo', { bundle: directory }),
    runtime.run('demo', { bundle: directory, stdio: 'ignore' }),
    runtime.list(),
  ]);
  for (const failure of failures)
    expect(failure).toMatchObject({ status: 'rejected', reason: { code: 'HOST_FAILED' } });
  expect(failures.map((failure) => 'reason' in failure && failure.reason instanceof RuntsError)).toEqual(
    failures.map(() => true),
  );
});

it('a config that is a directory is one, too', async (context) => {
  const { scratch } = makeBundle(context);
  const bundle = join(scratch, 'odd');
  mkdirSync(join(bundle, 'config.json'), { recursive: true });
  const runtime = await openRuntime(join(scratch, 'state'));
  const failure = { name: 'RuntsError', code: 'HOST_FAILED', details: { errno: 'EISDIR' } };
  await expect(runtime.check({ bundle })).rejects.toMatchObject(failure);
  await expect(runtime.run('demo', { bundle, stdio: 'ignore' })).rejects.toMatchObject(failure);
});
