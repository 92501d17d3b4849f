import { propertyName } from '../cgroup/settings.ts';
import { RuntsError } from '../errors.ts';
import type { ExecuteFailure } from '../host/host.ts';
import { actionOf } from './actions.ts';
import { errnoText } from './errno.ts';
import { hintFor } from './hints.ts';
import type { Plan, Step, StepKind, StepOf } from './steps.ts';

/**
 * The error that a failed step is to the user: one line that names the config's property, what could not be done, why
 * and by which call; and beside it the step, the whole call and, for known causes, the remedy.
 */
export function describeFailure(plan: Plan, failure: ExecuteFailure): RuntsError {
  const step = plan[failure.step];
  const call = { call: failure.call, errno: failure.errno };
  if (step === undefined) {
    const message = `cannot execute the plan: ${reasonOf(failure)}`;
    return new RuntsError('HOST_FAILED', message, { ...call, ...syscallOf(failure) });
  }
  const hint = hintFor(step, failure);
  return new RuntsError(isLost(failure) ? 'INIT_DIED' : 'STEP_FAILED', messageOf(step, failure), {
    path: pointerOf(step, failure),
    step: { number: failure.step + 1, count: plan.length, kind: step.kind, on: step.on },
    ...call,
    ...syscallOf(failure),
    ...(hint !== undefined && { hint }),
  });
}

/** The executor's word for an init that is gone without having said why. */
function isLost({ call, errno }: ExecuteFailure): boolean {
  return errno === 'EPIPE' && call.startsWith('recvmsg(init');
}

function messageOf(step: Step, failure: ExecuteFailure): string {
  const subject = step.because === '' ? '' : `${propertyName(step.because)}: `;
  return oneLine(`${subject}${isLost(failure) ? lostText(failure) : textOf(step, failure)}`);
}

/** Where the executor has heard the signal or the status, it says so. */
function lostText({ detail }: ExecuteFailure): string {
  return detail === '' ? "the container's init was lost" : detail;
}

function textOf(step: Step, failure: ExecuteFailure): string {
  const special = WORDINGS[step.kind] as Wording<StepKind> | undefined;
  return special?.(step, failure) ?? `cannot ${actionOf(step)}: ${reasonOf(failure)}`;
}

type Wording<K extends StepKind> = (step: StepOf<K>, failure: ExecuteFailure) => string | undefined;

/** Where clients (podman, docker, containerd) match on words, or where a call's error alone would mislead. */
const WORDINGS: { readonly [K in StepKind]?: Wording<K> } = {
  'find-executable': ({ name }, failure) => `exec: ${JSON.stringify(name)}: ${findText(name, failure)}`,
  execve: ({ args }, { errno }) => `exec ${args[0] ?? ''}: ${errnoText(errno)}`,
  hook: hookText,
  clone: (step, failure) => {
    const where = failure.errno === 'EBUSY' ? 'adding pid of the new process to cgroups: ' : '';
    return `cannot ${actionOf(step)}: ${where}${reasonOf(failure)}`;
  },
  connect: (step, failure) =>
    step.because === '/linux/seccomp/listenerPath'
      ? `failed to connect with seccomp agent at ${step.path}: ${reasonOf(failure)}`
      : `cannot ${actionOf(step)}: ${reasonOf(failure)}`,
  // systemd's own words stand where an errno would
  'systemd-call': (step, failure) =>
    failure.call.startsWith('systemd(') ? `cannot ${actionOf(step)}: ${failure.detail}` : undefined,
  'cgroup-write': (step, failure) => `cannot ${actionOf(step)}: ${cgroupReason(step, failure)}`,
  apparmor: (step, failure) =>
    `cannot ${actionOf(step)}: ${labelReason('/proc/self/attr/apparmor/exec', failure)}`,
  selinux: (step, failure) => `cannot ${actionOf(step)}: ${labelReason('/proc/self/attr/exec', failure)}`,
};

/** The signal of a call that a seccomp profile kills for (seccomp(2)). */
const BAD_CALL = 'killed by signal 31';

/** In the words of runc, but for the one phase whose failure is a warning: that runc does not have, and crun words it. */
function hookText({ phase, path, because }: StepOf<'hook'>, failure: ExecuteFailure): string {
  const started = failure.detail !== '' && failure.detail !== 'cannot be executed';
  const why = started ? failure.detail : `cannot be executed: ${errnoText(failure.errno)}`;
  const known = why.replace(BAD_CALL, `${BAD_CALL} (bad system call)`);
  if (phase === 'poststop') return `poststop hook failed with ${known}: ${path}`;
  return `error running ${phase} hook #${because.split('/').at(-1) ?? ''}: ${path}: ${known}`;
}

/** For a directory both words of runc: docker goes by either, podman's 126 only by the second. */
function findText(name: string, { errno }: ExecuteFailure): string {
  if (errno === 'EISDIR') return 'is a directory: permission denied';
  if (errno !== 'ENOENT') return errnoText(errno);
  return name.includes('/') ? errnoText(errno) : 'executable file not found in $PATH';
}

/** Callers take "no such file or directory" for a missing program, which this is not. */
function cgroupReason({ file, otherwiseFile }: StepOf<'cgroup-write'>, failure: ExecuteFailure): string {
  if (failure.errno !== 'ENOENT') return reasonOf(failure);
  const files = otherwiseFile === '' ? `no ${file}` : `neither ${file} nor ${otherwiseFile}`;
  return `the container's cgroup has ${files} (${syscallName(failure)}: ENOENT)`;
}

function labelReason(path: string, failure: ExecuteFailure): string {
  const missing =
    failure.errno === 'ENOENT' ? `not known to the kernel (${syscallName(failure)}: ENOENT)` : undefined;
  return `write \`${path}\`: ${missing ?? reasonOf(failure)}`;
}

/** `permission denied (move_mount: EACCES)`, and what the kernel said beside it. */
function reasonOf(failure: ExecuteFailure): string {
  const said = failure.detail === '' ? '' : `: ${failure.detail}`;
  return `${errnoText(failure.errno)} (${syscallName(failure)}: ${failure.errno})${said}`;
}

function syscallOf(failure: ExecuteFailure): { syscall?: string } {
  const name = /^(\w+)\(/.exec(failure.call)?.[1];
  return name === undefined ? {} : { syscall: name };
}

function syscallName(failure: ExecuteFailure): string {
  return syscallOf(failure).syscall ?? (failure.call === '' ? 'runts' : failure.call);
}

/** The member of an entry that a call has to do with, where the call tells it. */
function pointerOf(step: Step, failure: ExecuteFailure): string {
  if (!/^\/mounts\/\d+$/.test(step.because)) return step.because;
  const { syscall = '' } = syscallOf(failure);
  if ((step.kind === 'bind' || step.kind === 'open-tree') && syscall === 'open_tree')
    return `${step.because}/source`;
  if (step.kind === 'mount' && syscall === 'fsopen') return `${step.because}/type`;
  if (step.kind === 'mount' && syscall === 'fsconfig') return `${step.because}/options`;
  return step.because;
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, '; ');
}
