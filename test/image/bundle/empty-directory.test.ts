import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { fillEmpty } from '../../../src/image/bundle/empty-directory.ts';
import { scratch } from '../../support/image.ts';

const modeOf = (directory: string): number => statSync(directory).mode & 0o7777;

function openTo(context: TestContext, mode: number): string {
  const directory = join(scratch(context), 'bundle');
  mkdirSync(directory);
  chmodSync(directory, mode);
  return directory;
}

it("a directory that others may enter becomes its owner's alone", async (context) => {
  const directory = openTo(context, 0o755);
  await fillEmpty(directory, async () => expect(modeOf(directory)).toBe(0o700));
  expect(modeOf(directory)).toBe(0o700);
});

it('one that cannot be filled is as it was', async (context) => {
  const directory = openTo(context, 0o755);
  const filling = fillEmpty(directory, async () => {
    writeFileSync(join(directory, 'upper'), '');
    throw new Error('full');
  });
  await expect(filling).rejects.toThrow('full');
  expect(readdirSync(directory)).toEqual([]);
  expect(modeOf(directory)).toBe(0o755);
});

it('one of another user is refused, who could open it again', async (context) => {
  context.skip(process.geteuid?.() !== 0, 'only root gives files away');
  const directory = openTo(context, 0o700);
  chownSync(directory, 1000, 1000);
  await expect(fillEmpty(directory, async () => {})).rejects.toThrow(
    `${directory}: belongs to another user (1000)`,
  );
});
