/** The spec that `spec.base()` begins with. */
import { defaultSpec } from '../default.ts';
import type { DefaultSpecOptions } from '../default.ts';
import type { Spec } from '../types.ts';

/** What tells of the host's load and power use, beside what `runts spec` masks; both are channels between containers. */
const ALSO_MASKED = ['/proc/interrupts', '/sys/devices/virtual/powercap'];

/** What `runts spec` writes, but for what a program would have to take back: its arguments, terminal and host name. */
export function baseSpec(options: DefaultSpecOptions): Spec {
  const { ociVersion, process, root, mounts = [], linux = {} } = defaultSpec(options);
  const { env = [], terminal: _, ...rest } = process;
  return {
    ociVersion,
    process: { ...rest, args: [], env: env.filter((entry) => !entry.startsWith('TERM=')) },
    root,
    mounts,
    linux: { ...linux, maskedPaths: [...(linux.maskedPaths ?? []), ...ALSO_MASKED] },
  };
}
