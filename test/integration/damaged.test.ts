import { expect, it } from 'vitest';
import { nodeHost } from '../../src/host/node.ts';
import { encodePlan } from '../../src/plan/encode.ts';
import type { Plan } from '../../src/plan/steps.ts';
import { needs } from '../support/conditions.ts';

const PLAN: Plan = [
  { kind: 'clone', on: 'host', because: '', namespaces: ['uts'], intoCgroup: false, cgroupOfPid: 0 },
  { kind: 'hostname', on: 'init', because: '/hostname', name: 'damaged' },
];

/** The plan with a text that has no end. */
function withoutEnd(plan: Plan): Uint8Array {
  const bytes = Buffer.from(encodePlan(plan));
  bytes[bytes.indexOf('damaged\0') + 'damaged'.length] = 0x78;
  return bytes;
}

it('a step whose fields cannot be read is refused, and not run with empty ones', async (context) => {
  needs(context);
  const outcome = await nodeHost().processes.execute(withoutEnd(PLAN), {
    stdio: [-1, -1, -1],
    preserve: [],
    trace: false,
  });
  expect(outcome).toMatchObject({ ok: false, step: 1, errno: 'EBADMSG', detail: 'this step is damaged' });
});
