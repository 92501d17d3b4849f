import { checked, checkedAsync } from './checked.ts';
import type { Core } from './core.ts';
import type { HostFiles, HostLock } from './host.ts';

/** Locks of {@link HostFiles} by the core. */
export function coreLocks(core: () => Core): Pick<HostFiles, 'tryLock' | 'lock'> {
  const tryLock = (path: string): HostLock | undefined => {
    const fd = checked(() => core().tryLock(path));
    return fd < 0 ? undefined : toLock(core, fd);
  };
  return {
    tryLock,
    lock: async (path, wait) => tryLock(path) ?? (wait ? waitFor(core, path) : undefined),
  };
}

function toLock(core: () => Core, fd: number): HostLock {
  let held = true;
  return {
    release() {
      if (held) core().closeDescriptor(fd);
      held = false;
    },
  };
}

async function waitFor(core: () => Core, path: string): Promise<HostLock> {
  return toLock(core, await checkedAsync(() => core().lock(path)));
}
