import { RuntsError } from '../../errors.ts';
import { shortDigest } from '../../image/digest.ts';
import { saveTarget } from '../../image/save/save.ts';
import type { SaveOptions } from '../../image/save/save.ts';
import { formatBytes } from '../bytes.ts';
import { wordOf } from '../flags.ts';
import type { FlagValues } from '../flags.ts';
import { NOTHING } from '../output.ts';
import type { VerbFunction } from '../verb.ts';
import { jsonOr, lines, withStore } from './store.ts';

export const verb: VerbFunction = (input) =>
  withStore(input, async ({ store, report }) => {
    const [name = '', path = ''] = input.args;
    const target = saveTarget(path);
    const { terminal } = input.context.host;
    if (target.kind === 'descriptor' && terminal.isTerminal(target.descriptor)) throw toTerminal();
    const saved = await store.save(name, target, { format: formatOf(input.flags), progress: report });
    if (target.kind === 'descriptor') return NOTHING;
    const { names, digest, size } = saved;
    return jsonOr(input, saved, () =>
      lines([`${names.join(' ')}  ${shortDigest(digest)}  ${formatBytes(size)}`]),
    );
  });

function toTerminal(): RuntsError {
  return new RuntsError('INVALID_ARGUMENT', 'image: an archive is not written to a terminal', {
    hint: 'name a file, or send standard output elsewhere',
  });
}

function formatOf(flags: FlagValues): NonNullable<SaveOptions['format']> {
  const format = wordOf(flags, 'format') ?? 'oci';
  if (format === 'oci' || format === 'docker') return format;
  throw new RuntsError('INVALID_ARGUMENT', `unknown format ${JSON.stringify(format)}`, {
    hint: 'it is one of oci, docker',
  });
}
