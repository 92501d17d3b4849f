import { changedContainer, withLayers } from '../../image/changes/container.ts';
import { diff } from '../../image/changes/diff.ts';
import type { Change } from '../../image/changes/diff.ts';
import { treeFunctions } from '../../image/native.ts';
import { known } from '../../image/store/known.ts';
import { visible } from '../visible.ts';
import type { VerbFunction } from '../verb.ts';
import { jsonOr, lines } from './store.ts';

const LETTERS: Readonly<Record<Change['kind'], string>> = { added: 'A', modified: 'M', deleted: 'D' };

export const verb: VerbFunction = async (input) => {
  const container = changedContainer(input.context, input.args[0] ?? '');
  const native = treeFunctions();
  const changes = await known(() => withLayers(native, container, (layers) => diff(native, layers)));
  return jsonOr(input, changes, () =>
    lines(changes.map(({ kind, path }) => visible(`${LETTERS[kind]} ${path}`))),
  );
};
