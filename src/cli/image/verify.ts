import { compileQuickly } from '../../host/node-engine.ts';
import type { Fault, Verified } from '../../image/store/verify.ts';
import type { Output } from '../output.ts';
import type { VerbFunction } from '../verb.ts';
import { count, jsonOr, lines, withStore } from './store.ts';

export const verb: VerbFunction = (input) =>
  withStore(input, async ({ store, report }) => {
    compileQuickly();
    const verified = await store.verify(input.args, report);
    const output = jsonOr(input, verified, () =>
      lines([...verified.faults.map(faultLine), summary(verified)]),
    );
    return failing(output, verified.faults.length > 0);
  });

const faultLine = ({ thing, problem, images }: Fault): string =>
  `${thing}: ${problem} (${images.join(', ')})`;

function summary({ images, layers, blobs, faults }: Verified): string {
  const found =
    faults.length === 0 ? 'all as they should be' : `${faults.length} damaged: load the images again`;
  return `${count(images, 'image')}, ${count(layers, 'layer')}, ${count(blobs, 'blob')}: ${found}`;
}

/** Something is damaged: that is the status. */
function failing(output: Output, isDamaged: boolean): Output {
  return 'newline' in output || output.kind === 'text' ? { ...output, code: isDamaged ? 1 : 0 } : output;
}
