import { checked, checkedAsync } from './checked.ts';
import type { Core } from './core.ts';
import type { HostFiles, HostLock } from './host.ts';

/** Locks of {@link HostFiles} by the core. */
export const coreLocks = (core: () => Core): Pick<HostFiles, 'tryLock' | 'lock'> => ({
  tryLock(path) {
    const fd = checked(() => core().tryLock(path));
    return fd < 0 ? undefined : toLock(core, fd);
  },
  lock: (path) => checkedAsync(async () => toLock(core, await core().lock(path))),
});

function toLock(core: () => Core, fd: number): HostLock {
  let held = true;
  return {
    release() {
      if (held) core().closeDescriptor(fd);
      held = false;
    },
  };
}
