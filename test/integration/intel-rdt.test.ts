import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { needs, skip } from '../support/conditions.ts';
import { refused } from '../support/container.ts';

it('intelRdt where there is no resctrl is an error that says so', async (context) => {
  needs(context);
  if (existsSync('/sys/fs/resctrl/schemata')) skip(context, 'resctrl is mounted here');
  const message = await refused(context, ({ linux }) => {
    linux['intelRdt'] = { closID: 'gold' };
  });
  expect(message).toMatch(
    /linux\.intelRdt: no resctrl file system is mounted on this host\n +mount -t resctrl/,
  );
});
