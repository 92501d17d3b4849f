import type { Spec } from '../spec/types.ts';
import { onInit } from './context.ts';
import type { Facts } from './facts.ts';
import type { Step } from './steps.ts';

/** Types that take no `context` option. */
const WITHOUT_CONTEXT: ReadonlySet<string> = new Set(['proc', 'sysfs', 'cgroup', 'cgroup2', 'mqueue']);

/** `linux.mountLabel`; without SELinux there are no labels to give, and the kernel would refuse the option. */
export function mountLabelOf(
  { linux = {} }: Spec,
  { selinuxOff = false }: Pick<Facts, 'selinuxOff'>,
  warn: (message: string) => void,
): string {
  const { mountLabel = '' } = linux;
  if (mountLabel === '' || !selinuxOff) return mountLabel;
  warn('linux.mountLabel: ignored, SELinux is off on this host');
  return '';
}

/** The mount option that labels all of a new file system, unless the config gives one itself. */
export function contextOption(label: string, type: string, own: readonly string[]): string | undefined {
  if (label === '' || WITHOUT_CONTEXT.has(type)) return undefined;
  return own.some((option) => option.startsWith('context=')) ? undefined : `context=${label}`;
}

/** mqueue takes no such option, but its directory a label of its own. */
export function labelSteps(label: string, type: string, place: { target: string; pointer: string }): Step[] {
  if (label === '' || type !== 'mqueue') return [];
  return [onInit(place.pointer, { kind: 'file-label', target: place.target, label })];
}
