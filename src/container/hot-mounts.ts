import { RuntsError } from '../errors.ts';
import { compileMountsAdd, compileMountsRemove } from '../plan/hot-mounts.ts';
import { formatProblem } from '../spec/problems.ts';
import { readMounts } from '../spec/read.ts';
import type { Context } from './context.ts';
import { executeOrThrow } from './execute.ts';
import { absolutePath, baseName } from './paths.ts';
import { statusOf } from './status.ts';
import { loadCreation, placeOf } from './store.ts';
import { notRunning, processOf } from './target.ts';

export interface MountsRequest {
  readonly id: string;
  readonly action: 'add' | 'remove';
  /** A JSON array of mounts, as in config.json; of those to remove the destinations count. */
  readonly file: string;
}

/** Makes mounts in a running container, or takes them away. */
export async function changeMounts(context: Context, { id, action, file }: MountsRequest): Promise<void> {
  const { files, self } = context.host;
  const place = placeOf(context.root, id);
  const saved = loadCreation(files, place);
  if (statusOf(files, place, saved) === 'stopped') throw notRunning();
  const { mounts, warnings } = readMounts(files.readText(absolutePath(self.cwd, file)), baseName(file));
  const compile = action === 'add' ? compileMountsAdd : compileMountsRemove;
  const compiled = compile({ spec: saved.spec, facts: saved.facts, mounts, ...processOf(saved) });
  for (const warning of [...warnings.map(formatProblem), ...compiled.warnings]) context.warn(warning);
  const outcome = await executeOrThrow(context, compiled.plan);
  outcome.process?.release();
}

/** @throws {RuntsError} INVALID_ARGUMENT for another word than add and remove. */
export function mountsAction(word: string): MountsRequest['action'] {
  if (word === 'add' || word === 'remove') return word;
  throw new RuntsError('INVALID_ARGUMENT', `mounts: ${JSON.stringify(word)} is neither add nor remove`);
}
