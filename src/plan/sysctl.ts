import { step as token } from '../spec/problems.ts';
import { sysctlOwner, sysctlPath } from '../spec/sysctl.ts';
import type { NamespaceType, Spec } from '../spec/types.ts';
import { onInit } from './context.ts';
import type { Context } from './context.ts';
import { invalid } from './refuse.ts';
import type { Step } from './steps.ts';

/** Namespaces that the parameters are of: in the runtime's own they would be the host's. */
export function sysctlNamespaces({ linux }: Spec): NamespaceType[] {
  return Object.keys(linux?.sysctl ?? {}).flatMap((name) => sysctlOwner(sysctlPath(name) ?? '') ?? []);
}

/** Kernel parameters of the container's namespaces; which ones those are, the check of the config has seen to. */
export function sysctlSteps({ spec }: Context): Step[] {
  return Object.entries(spec.linux?.sysctl ?? {}).map(([name, value]) => {
    const because = `/linux/sysctl${token(name)}`;
    const key = sysctlPath(name);
    if (key === undefined) throw invalid(because, 'is not the name of a kernel parameter');
    return onInit(because, { kind: 'sysctl', key, value });
  });
}
