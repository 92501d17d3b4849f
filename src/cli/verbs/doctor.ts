import { doctor } from '../../doctor/doctor.ts';
import { showDiagnosis } from '../../doctor/show.ts';
import { isOn } from '../flags.ts';
import type { VerbFunction } from '../verb.ts';

export const verb: VerbFunction = async ({ context, flags }) => {
  const diagnosis = await doctor(context.host);
  const code = diagnosis.canRun ? 0 : 1;
  return isOn(flags, 'json')
    ? { kind: 'json', value: diagnosis, indent: '  ', newline: true, code }
    : { kind: 'text', text: showDiagnosis(diagnosis), code };
};
