import type { Core } from './core.ts';
import type { HostSeccomp } from './host.ts';

/** {@link HostSeccomp} by the core. */
export const coreSeccomp = (core: () => Core): HostSeccomp => ({
  version: () => core().seccompVersion(),
  api: () => core().seccompApi(),
  knowsArchitecture: (name) => core().seccompKnowsArchitecture(name),
  takesFlags: (flags) => core().seccompTakesFlags(flags),
});
