import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { addon } from '../../../src/host/node-addon.ts';
import { coreFiles } from '../../../src/host/core-files.ts';
import { layerFunctions } from '../../../src/image/native.ts';
import { makeStore } from '../../../src/image/store/directory.ts';
import { openStage } from '../../../src/image/store/ingest.ts';
import { scratch } from '../../support/image.ts';

const warn = (message: string): void => expect.unreachable(message);

it('a place that cannot be made is not held', async (context) => {
  const paths = makeStore(join(scratch(context), 'store'));
  const files = coreFiles(addon, () => process.geteuid?.() ?? 0);
  mkdirSync(join(paths.ingest, 'a'));
  // Linux removes no directory by the name `.`.
  await expect(openStage({ paths, files, native: layerFunctions(), warn }, 'a/.')).rejects.toMatchObject({
    code: 'EINVAL',
  });
  const lock = files.tryLock(join(paths.ingest, 'a/..lock'));
  expect(lock).toBeDefined();
  lock?.release();
});
