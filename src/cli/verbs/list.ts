import { list } from '../../container/list.ts';
import type { ContainerState } from '../../container/state.ts';
import { isOn } from '../flags.ts';
import type { Output } from '../output.ts';
import type { VerbFunction } from '../verb.ts';
import { formatOf } from './format.ts';

export const verb: VerbFunction = async ({ context, flags, rootIsSet }) => {
  const states = await list(context, !rootIsSet);
  if (isOn(flags, 'quiet')) return { kind: 'text', text: states.map(({ id }) => `${id}\n`).join('') };
  return formatOf(flags) === 'table' ? listTable(states) : listJson(states);
};

/** An empty list is `null`, as a client of runc knows it. */
export function listJson(states: readonly ContainerState[]): Output {
  return { kind: 'json', value: states.length === 0 ? null : states, indent: '', newline: true };
}

export function listTable(states: readonly ContainerState[]): Output {
  const rows = states.map(({ id, pid, status, bundle, created, owner }) => [
    id,
    String(pid),
    status,
    bundle,
    created,
    owner,
  ]);
  return { kind: 'table', rows: [['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED', 'OWNER'], ...rows] };
}
