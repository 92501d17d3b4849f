import { isCrun } from '../host/name.ts';
import type { Context } from './context.ts';
import type { Saved } from './saved.ts';
import type { Place } from './store.ts';

/**
 * By the name of crun a container has a `status` file in its state directory as well, for tools that look there for its
 * process and cgroup; runts reads its own files alone. The list of descriptors is for checkpoints, which runts makes none of.
 */
export function writeCrunStatus({ host, cgroupManager }: Context, place: Place, saved: Saved): void {
  if (!isCrun(host.self.name)) return;
  const status = {
    pid: saved.pid,
    'process-start-time': saved.startTime,
    'cgroup-path': saved.cgroup?.path ?? '',
    rootfs: saved.rootfs,
    'systemd-cgroup': cgroupManager === 'systemd',
    bundle: saved.bundle,
    created: saved.created,
    external_descriptors: '[]',
  };
  host.files.replace(`${place.directory}/status`, JSON.stringify(status), 0o600);
}
