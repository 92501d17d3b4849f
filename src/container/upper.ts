import { propertyName } from '../cgroup/settings.ts';
import { RuntsError } from '../errors.ts';
import { annotationOf } from '../plan/annotations.ts';
import { OVERLAY } from '../plan/overlay.ts';
import { fromBundle } from '../plan/paths.ts';
import type { Context } from './context.ts';
import type { Saved } from './saved.ts';
import { statusOf } from './status.ts';
import { containerIds, load, placeOf } from './store.ts';

/**
 * Two containers that write to one upper layer damage it, and the kernel but logs that (overlayfs.rst, "Sharing and copying layers").
 * The caller has recorded its own container: of two at once, one at least sees the other.
 * @throws {RuntsError} WRONG_STATE.
 */
export function requireOwnUpper(context: Context, own: Saved): void {
  const upper = upperOf(own);
  if (upper === undefined) return;
  const ids = containerIds(context.host.files, context.root, true).filter((id) => id !== own.id);
  const other = ids.find((id) => writesTo(context, id, upper));
  if (other === undefined) return;
  const path = `/annotations/${OVERLAY.upper}`;
  throw new RuntsError('WRONG_STATE', `${propertyName(path)}: container ${other} writes to ${upper}`, {
    path,
    hint: 'give each container an upper and a work directory of its own',
  });
}

function upperOf({ spec, bundle }: Saved): string | undefined {
  const upper = annotationOf(spec, OVERLAY.upper);
  return upper === undefined ? undefined : fromBundle(bundle, upper);
}

/** One that has ended writes no more; a state that cannot be read is another command's affair. */
function writesTo({ host: { files }, root }: Context, id: string, upper: string): boolean {
  const place = placeOf(root, id);
  try {
    const saved = load(files, place);
    return upperOf(saved) === upper && statusOf(files, place, saved) !== 'stopped';
  } catch (error) {
    if (error instanceof RuntsError) return false;
    throw error;
  }
}
