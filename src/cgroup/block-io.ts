import type { BlockIOResources, ThrottleDevice, WeightDevice } from '../spec/types.ts';
import { isZero, RESOURCES, type Setting } from './settings.ts';

const AT = `${RESOURCES}/blockIO`;

/** Key of io.max for each list of throttles. */
const THROTTLES = {
  throttleReadBpsDevice: 'rbps',
  throttleWriteBpsDevice: 'wbps',
  throttleReadIOPSDevice: 'riops',
  throttleWriteIOPSDevice: 'wiops',
} as const;

/** io.weight (1 to 10000) for a weight of the specification (10 to 1000): linear, rounded down. */
export function ioWeight(weight: number): number {
  return 1 + Math.floor(((weight - 10) * 9999) / 990);
}

/** BFQ takes the specification's scale itself; without it the weight goes to io.weight (iocost), converted. */
export function blockIOSettings(blockIO: BlockIOResources): Setting[] {
  const { weight = 0, weightDevice = [] } = blockIO;
  const settings: Setting[] = [];
  if (weight !== 0) settings.push(weightSetting('', weight, `${AT}/weight`));
  for (const [index, device] of weightDevice.entries()) settings.push(...deviceWeight(device, index));
  for (const list of Object.keys(THROTTLES) as (keyof typeof THROTTLES)[]) {
    for (const [index, device] of (blockIO[list] ?? []).entries())
      settings.push(throttle(list, device, index));
  }
  return settings;
}

function weightSetting(prefix: string, weight: number, because: string): Setting {
  return {
    controller: 'io',
    file: 'io.bfq.weight',
    value: prefix + (weight === 0 ? 'default' : String(weight)),
    because,
    otherwise: { file: 'io.weight', value: prefix + (weight === 0 ? 'default' : String(ioWeight(weight))) },
  };
}

/** A weight of 0 takes back what was set for the device. */
function deviceWeight({ major, minor, weight }: WeightDevice, index: number): Setting[] {
  if (weight === undefined) return [];
  return [weightSetting(`${major}:${minor} `, weight, `${AT}/weightDevice/${index}`)];
}

/** Each key of io.max alone: the kernel keeps the others of the device. */
function throttle(
  list: keyof typeof THROTTLES,
  { major, minor, rate }: ThrottleDevice,
  index: number,
): Setting {
  const value = `${major}:${minor} ${THROTTLES[list]}=${isZero(rate) ? 'max' : rate}`;
  return { controller: 'io', file: 'io.max', value, because: `${AT}/${list}/${index}`, idle: isZero(rate) };
}
