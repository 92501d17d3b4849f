import { step as token } from '../spec/problems.ts';
import { onHost } from './context.ts';
import type { Context } from './context.ts';
import { unsupported } from './refuse.ts';
import { isUser } from './rootless.ts';
import type { Step } from './steps.ts';

/**
 * config-linux.md#network-devices: into the container's network namespace, which must be there by then. They are not
 * brought back: at the end of the namespace the kernel takes physical devices to the first one, and drops virtual ones.
 */
export function netDeviceSteps({ spec, facts }: Context): Step[] {
  const devices = Object.entries(spec.linux?.netDevices ?? {});
  if (devices.length > 0 && isUser(facts)) {
    throw unsupported('/linux/netDevices', 'only a privileged runtime can move network devices');
  }
  return devices.map(([device, { name }]) =>
    onHost(`/linux/netDevices${token(device)}`, { kind: 'net-device', device, name: name || device }),
  );
}
