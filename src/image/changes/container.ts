import { readBundle } from '../../container/bundle.ts';
import type { Context } from '../../container/context.ts';
import { isId } from '../../container/id.ts';
import { absolutePath } from '../../container/paths.ts';
import { loadCreation, placeOf } from '../../container/store.ts';
import { RuntsError } from '../../errors.ts';
import { OVERLAY, splitPaths } from '../../plan/overlay.ts';
import { fromBundle } from '../../plan/paths.ts';
import type { Spec } from '../../spec/types.ts';
import { IMAGE } from '../bundle/write.ts';
import { isDigest } from '../digest.ts';
import type { Tree, TreeFunctions } from '../native.ts';
import type { Digest } from '../types.ts';
import type { Owners } from './owners.ts';
import type { ChangedLayers } from './walk.ts';

/** What a container was made of. */
export interface ChangedContainer {
  /** Undefined for a bundle that nothing is known to run in. */
  readonly id: string | undefined;
  /** The manifest of its image; undefined where nobody said which that is. */
  readonly image: Digest | undefined;
  /** Directories, absolute; `lower` are the topmost first. */
  readonly upper: string;
  readonly lower: readonly string[];
  readonly init: string | undefined;
  readonly owners: Owners;
}

/**
 * A container by its id, else one by its bundle.
 * @throws {RuntsError} NOT_FOUND, UNSUPPORTED for a container without a writable layer of its own.
 */
export function changedContainer(context: Context, name: string): ChangedContainer {
  const { host, root } = context;
  if (isId(name) && host.files.exists(`${root}/${name}`)) {
    const { bundle, spec, facts } = loadCreation(host.files, placeOf(root, name));
    return describe({ name, bundle, spec, joined: facts.joinedMappings, id: name });
  }
  const bundle = absolutePath(host.self.cwd, name);
  if (!host.files.exists(`${bundle}/config.json`)) {
    throw new RuntsError('NOT_FOUND', `${name}: is neither a container nor a bundle`, {
      hint: 'runts list tells of containers; --root says where their states are',
    });
  }
  return describe({ name, bundle, spec: readBundle({ host }, { bundle }, bundle).spec, id: undefined });
}

interface Described {
  readonly name: string;
  readonly bundle: string;
  readonly spec: Spec;
  readonly joined?: Owners | undefined;
  readonly id: string | undefined;
}

function describe({ name, bundle, spec, joined, id }: Described): ChangedContainer {
  const { annotations = {}, linux = {} } = spec;
  const [upper, lower, init] = [OVERLAY.upper, OVERLAY.lower, OVERLAY.init].map((key) => annotations[key]);
  if (upper === undefined || lower === undefined) {
    throw new RuntsError('UNSUPPORTED', `${name}: has no writable layer of its own`, {
      hint: 'make it by runts run --image or runts image bundle',
    });
  }
  const image = annotations[IMAGE];
  return {
    id,
    image: image !== undefined && isDigest(image) ? image : undefined,
    upper: fromBundle(bundle, upper),
    lower: splitPaths(lower).map((path) => fromBundle(bundle, path)),
    init: init && fromBundle(bundle, init),
    owners: joined ?? { uid: linux.uidMappings ?? [], gid: linux.gidMappings ?? [] },
  };
}

/** Opens the layers of a container for some work. */
export async function withLayers<T>(
  native: TreeFunctions,
  { upper, lower, init, owners }: ChangedContainer,
  work: (layers: ChangedLayers) => Promise<T>,
): Promise<T> {
  const open: Tree[] = [];
  const tree = (directory: string): Tree => {
    const opened = native.openTree(directory);
    open.push(opened);
    return opened;
  };
  try {
    return await work({
      upper: tree(upper),
      lower: lower.map(tree),
      ...(init !== undefined && { init: tree(init) }),
      owners,
    });
  } finally {
    for (const one of open) native.closeTree(one);
  }
}
