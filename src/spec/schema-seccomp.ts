/** `linux.seccomp` of config.json (config-linux.md#seccomp). */
import { show } from './problems.ts';
import type { Scope } from './problems.ts';
import { anyString, array, enumeration, integer, object, string, uint64 } from './schema.ts';
import type { Seccomp, SeccompAction, SeccompArg, SeccompSyscall } from './types.ts';
import { SECCOMP_ACTIONS, SECCOMP_ARCHITECTURES, SECCOMP_FLAGS, SECCOMP_OPERATORS } from './words.ts';

const action = enumeration('a seccomp action', SECCOMP_ACTIONS);
/** Actions carry 16 bits of data (SECCOMP_RET_DATA). */
const errnoRet = integer('an errno', 0, 65535);

const argument = object<SeccompArg>(
  {
    index: integer('the index of an argument', 0, 5),
    value: uint64('an argument'),
    valueTwo: uint64('an argument'),
    op: enumeration('a seccomp operator', SECCOMP_OPERATORS),
  },
  { required: ['index', 'value', 'op'] },
);

const syscall = object<SeccompSyscall>(
  { names: array(string(), { min: 1 }), action, errnoRet, args: array(argument) },
  { required: ['names', 'action'], rule: checkSyscall },
);

/** What runts hands the agent its descriptor with while the filter is already in force, and what runc does. */
const HANDING_OVER: ReadonlySet<string> = new Set(['sendmsg', 'write']);

function checkSyscall({ names, action: name, errnoRet: errno }: SeccompSyscall, scope: Scope): void {
  checkErrno(name, errno, '/errnoRet', scope);
  if (name !== 'SCMP_ACT_NOTIFY') return;
  for (const [at, call] of names.entries()) {
    if (!HANDING_OVER.has(call)) continue;
    scope.problem(
      `/names/${at}`,
      `SCMP_ACT_NOTIFY cannot be used for the ${call} syscall: a runtime needs it to hand the agent its descriptor`,
    );
  }
}

/** The largest error number (include/linux/err.h, MAX_ERRNO); the kernel would cut what is above. */
const MAX_ERRNO = 4095;

function checkErrno(name: SeccompAction, errno: number | undefined, pointer: string, scope: Scope): void {
  if (errno === undefined || name === 'SCMP_ACT_TRACE') return;
  if (name !== 'SCMP_ACT_ERRNO') {
    scope.problem(pointer, `${name} returns no errno`, 'SCMP_ACT_ERRNO or SCMP_ACT_TRACE as the action');
  } else if (errno > MAX_ERRNO)
    scope.problem(pointer, `${errno} is too large for an errno`, `${MAX_ERRNO} at most`);
}

function checkSeccomp(seccomp: Seccomp, scope: Scope): void {
  checkErrno(seccomp.defaultAction, seccomp.defaultErrnoRet, '/defaultErrnoRet', scope);
  if (seccomp.defaultAction === 'SCMP_ACT_NOTIFY') {
    scope.problem('/defaultAction', 'SCMP_ACT_NOTIFY cannot be the default', 'it on single system calls');
  }
  if (seccomp.listenerMetadata !== undefined && seccomp.listenerPath === undefined) {
    scope.problem('/listenerMetadata', 'is set without listenerPath', 'both or neither');
  }
  const { listenerPath, syscalls = [] } = seccomp;
  if (!syscalls.some(({ action: name }) => name === 'SCMP_ACT_NOTIFY')) return;
  checkListener(listenerPath, scope);
  checkSendmsg(seccomp, scope);
}

function lets(name: SeccompAction): boolean {
  return name === 'SCMP_ACT_ALLOW' || name === 'SCMP_ACT_LOG';
}

/** The filter is in force when the descriptor is sent; what it refuses then could not even be reported. */
function checkSendmsg({ defaultAction, syscalls = [] }: Seccomp, scope: Scope): void {
  const rules = syscalls.filter(({ names }) => names.includes('sendmsg'));
  const notified = rules.some(({ action: name }) => name === 'SCMP_ACT_NOTIFY');
  const refused = rules.some(({ action: name }) => !lets(name));
  const allowed =
    lets(defaultAction) || rules.some(({ action: name, args = [] }) => lets(name) && !args.length);
  if (notified || (allowed && !refused)) return;
  scope.problem(
    '/syscalls',
    'refuse sendmsg, by which the runtime hands the agent its descriptor',
    'sendmsg among what SCMP_ACT_ALLOW names',
  );
}

/** A listenerPath that no action uses is ignored, so only a used one is judged. */
function checkListener(path: string | undefined, scope: Scope): void {
  const expected = "the absolute path of the agent's socket";
  if (path === undefined)
    scope.problem('/listenerPath', 'is not there, and SCMP_ACT_NOTIFY needs it', expected);
  else if (!path.startsWith('/'))
    scope.problem('/listenerPath', `${show(path)} is not an absolute path`, expected);
}

export const seccompSchema = object<Seccomp>(
  {
    defaultAction: action,
    defaultErrnoRet: errnoRet,
    architectures: array(enumeration('a seccomp architecture', SECCOMP_ARCHITECTURES)),
    flags: array(enumeration('a seccomp flag', SECCOMP_FLAGS)),
    listenerPath: anyString,
    listenerMetadata: anyString,
    syscalls: array(syscall),
  },
  { required: ['defaultAction'], rule: checkSeccomp },
);
