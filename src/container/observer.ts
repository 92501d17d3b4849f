import { RuntsError } from '../errors.ts';
import { HostError } from '../host/host.ts';
import type { Host, HostObserver, HostProcesses, ObserveOptions } from '../host/host.ts';
import { openProcess } from './pidfd.ts';
import type { TargetProcess } from './target.ts';

/**
 * Observes a container's cgroup and the end of its process; one that has ended already is found so at once.
 * @throws {RuntsError} INVALID_ARGUMENT, UNSUPPORTED for pressure, HOST_FAILED.
 */
export function openObserver(
  host: Host,
  process: TargetProcess,
  wanted: Omit<ObserveOptions, 'pidfd'>,
): HostObserver {
  const { processes } = host;
  const pidfd = openProcess(host, process);
  try {
    const observer = observe(processes, pidfd === undefined ? wanted : { ...wanted, pidfd });
    if (pidfd === undefined) observer.finish();
    return observer;
  } finally {
    if (pidfd !== undefined) processes.closeDescriptor(pidfd);
  }
}

function observe(processes: HostProcesses, wanted: ObserveOptions): HostObserver {
  try {
    return processes.observe(wanted);
  } catch (error) {
    throw error instanceof HostError ? refusal(error) : error;
  }
}

/** The kernel says EOPNOTSUPP where it was booted without PSI, and has no such file where it was built without. */
function refusal(error: HostError): RuntsError {
  const { errno, message, syscall } = error;
  const details = { errno, syscall, cause: error };
  if (syscall !== 'open' && ['ENOENT', 'EOPNOTSUPP'].includes(errno)) {
    const hint = 'pressure needs a kernel with CONFIG_PSI, and psi=1 among its parameters where that is off';
    return new RuntsError('UNSUPPORTED', `events: this kernel tells of no pressure: ${message}`, {
      ...details,
      hint,
    });
  }
  if (syscall === 'write' && errno === 'EINVAL') {
    const hint = 'without CAP_SYS_RESOURCE windowMs must be a multiple of 2000';
    return new RuntsError('INVALID_ARGUMENT', `events: ${message}`, { ...details, hint });
  }
  return new RuntsError('HOST_FAILED', `events: cannot watch the container: ${message}`, details);
}
