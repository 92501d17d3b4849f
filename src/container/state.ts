import type { Context } from './context.ts';
import { statusOf } from './status.ts';
import type { ContainerStatus } from './status.ts';
import { load, placeOf } from './store.ts';
import type { Saved } from './saved.ts';
import type { Place } from './store.ts';

/** What `state` and `list` say of a container; the order of the keys is that of their output. */
export interface ContainerState {
  readonly ociVersion: string;
  readonly id: string;
  /** 0 when stopped. */
  readonly pid: number;
  readonly status: ContainerStatus;
  readonly bundle: string;
  readonly rootfs: string;
  readonly created: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Name of the user who owns the state directory; empty in `state`. */
  readonly owner: string;
}

/** @throws {RuntsError} NOT_FOUND, INVALID_ID, STATE_CORRUPT. */
export async function state(context: Context, id: string): Promise<ContainerState> {
  const place = placeOf(context.root, id);
  return describe(context, place, load(context.host.files, place), '');
}

export function describe(context: Context, place: Place, saved: Saved, owner: string): ContainerState {
  const status = statusOf(context.host.files, place, saved);
  const annotations = sorted(saved.spec.annotations ?? {});
  return {
    ociVersion: saved.ociVersion,
    id: saved.id,
    pid: status === 'stopped' ? 0 : (saved.pid ?? 0),
    status,
    bundle: saved.bundle,
    rootfs: saved.rootfs,
    created: saved.created,
    ...(annotations.length > 0 && { annotations: Object.fromEntries(annotations) }),
    owner,
  };
}

/** The order in which Go prints a map. */
function sorted(record: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1));
}
