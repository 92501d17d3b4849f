import { attempt } from '../host/attempt.ts';
import type { Context } from './context.ts';
import { describe } from './state.ts';
import type { ContainerState } from './state.ts';
import { containerIds, load, placeOf } from './store.ts';

/**
 * All containers of a root, by id. One that cannot be read is warned of and left out, as is what is no container.
 * @throws {HostError} ENOENT where the root is missing; `missingIsEmpty` makes that an empty list.
 */
export async function list(context: Context, missingIsEmpty: boolean): Promise<ContainerState[]> {
  const states: ContainerState[] = [];
  const userNames = readUserNames(context);
  for (const name of containerIds(context.host.files, context.root, missingIsEmpty)) {
    const directory = `${context.root}/${name}`;
    if (context.host.files.kind(directory) !== 'directory') continue;
    try {
      const uid = context.host.files.ownerOf(directory);
      const place = placeOf(context.root, name);
      states.push(describe(context, place, load(context.host.files, place), userNames.get(uid) ?? `#${uid}`));
    } catch (error) {
      if (isGone(context, directory)) continue;
      context.warn(`load container ${name}: ${(error as Error).message}`);
    }
  }
  return states;
}

function isGone(context: Context, directory: string): boolean {
  return context.host.files.kind(directory) === 'missing';
}

/** passwd(5) of the host. */
function readUserNames(context: Context): ReadonlyMap<number, string> {
  const users = new Map<number, string>();
  const text = attempt(() => context.host.files.readText('/etc/passwd')) ?? '';
  for (const line of text.split('\n')) {
    const [name, , uid] = line.split(':');
    if (name !== undefined && uid !== undefined && !users.has(Number(uid))) users.set(Number(uid), name);
  }
  return users;
}
