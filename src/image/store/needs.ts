/** What a load that is under way needs of the store: nobody takes that away meanwhile. */
import { unlinkSync } from 'node:fs';
import { attempt } from '../../host/attempt.ts';
import { checked } from '../../host/checked.ts';
import { array, object } from '../../spec/schema.ts';
import type { Schema } from '../../spec/schema.ts';
import { digest } from '../source/schemas.ts';
import type { Digest } from '../types.ts';
import type { StoreContext } from './context.ts';
import { writeNew } from './durable.ts';
import { stageNames } from './ingest.ts';
import type { Stage } from './ingest.ts';
import { withLock } from './lock.ts';
import { formatRecord, readRecord } from './records.ts';

export interface Needs {
  readonly blobs: readonly Digest[];
  /** Chain ids. */
  readonly layers: readonly Digest[];
}

const schema: Schema<Needs> = object<Needs>(
  { blobs: array(digest), layers: array(digest) },
  { required: ['blobs', 'layers'] },
);

const FILE = 'needs.json';

/** What is in the store from here on stays there until the stage is discarded, or needs something else. */
export async function announce(context: StoreContext, stage: Stage, needs: Needs): Promise<void> {
  const path = `${stage.directory}/${FILE}`;
  await withLock(context, () => {
    attempt(() => checked(() => unlinkSync(path)), 'ENOENT');
    writeNew(path, formatRecord(needs));
  });
}

/** Of all loads under way, and of dead ones until what they left is cleared. The caller has the store's lock. */
export function announced(context: StoreContext): Needs[] {
  return stageNames(context)
    .map((name) => readRecord(`${context.paths.ingest}/${name}/${FILE}`, schema))
    .filter((needs) => needs !== undefined);
}
