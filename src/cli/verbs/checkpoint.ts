import { RuntsError } from '../../errors.ts';
import type { VerbFunction } from '../verb.ts';

/** `checkpoint` and `restore`, which callers of runc may ask for. */
export const verb: VerbFunction = () =>
  Promise.reject(
    new RuntsError('UNSUPPORTED', 'checkpoint and restore are not supported', {
      hint: 'features says so too, in the annotation org.opencontainers.runc.checkpoint.enabled',
    }),
  );
