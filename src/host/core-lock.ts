import { checkedAsync } from './checked.ts';
import type { Core } from './core.ts';
import type { HostFiles } from './host.ts';

/** {@link HostFiles.lock} by the core. */
export const coreLock =
  (core: () => Core): HostFiles['lock'] =>
  (path, wait) =>
    checkedAsync(async () => {
      let fd = core().tryLock(path);
      if (fd < 0 && !wait) return undefined;
      if (fd < 0) fd = await core().lock(path);
      let held = true;
      return {
        release() {
          if (held) core().closeDescriptor(fd);
          held = false;
        },
      };
    });
