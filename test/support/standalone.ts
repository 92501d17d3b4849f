import type { TestContext } from 'vitest';
import { needs } from './conditions.ts';
import { makeContainer } from './container.ts';
import type { Prepare, TestContainer } from './container.ts';
import { STANDALONE } from './entry.ts';
import { run } from './run.ts';

/** A container whose commands go through the executable, whatever entry the other tests take. */
export function standalone(context: TestContext, prepare?: Prepare): TestContainer {
  needs(context, 'the standalone executable');
  return makeContainer(context, prepare, (command, options) => {
    const [, ...args] = command;
    return run(STANDALONE, args, options);
  });
}
