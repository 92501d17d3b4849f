import {
  CAPABILITY,
  IO_PRIORITY_CLASS,
  MEMORY_POLICY,
  MEMORY_POLICY_FLAG,
  PERSONALITY,
  SCHEDULER_FLAG,
  SCHEDULER_POLICY,
  SECCOMP_FLAG,
} from './numbers.ts';
import type { StepSide, StepDefinition } from './wire.ts';

const init: readonly StepSide[] = ['init'];
const both: readonly StepSide[] = ['host', 'init'];

const capabilities = { flags: CAPABILITY } as const;

/** What init does to itself before it becomes the program. */
export const PROCESS_STEPS = {
  // ---- the process's own attributes
  sysctl: {
    on: init,
    about: 'one write below sys/ of the private procfs',
    fields: {
      /** Relative path such as net/ipv4/ip_forward. */
      key: 'str',
      value: 'str',
    },
  },
  umask: { on: init, about: 'umask(2)', fields: { mode: 'u32' } },
  personality: { on: init, about: 'personality(2)', fields: { domain: { choice: PERSONALITY } } },
  scheduler: {
    on: init,
    about: 'sched_setattr(2); runtime, deadline and period in nanoseconds',
    fields: {
      policy: { choice: SCHEDULER_POLICY },
      nice: 'i32',
      priority: 'i32',
      flags: { flags: SCHEDULER_FLAG },
      runtime: 'u64',
      deadline: 'u64',
      period: 'u64',
    },
  },
  'io-priority': {
    on: init,
    about: 'ioprio_set(2)',
    fields: { class: { choice: IO_PRIORITY_CLASS }, priority: 'u32' },
  },
  'cpu-affinity': {
    on: both,
    about: 'sched_setaffinity(2): host: of the thread that will clone, until the plan ends; init: of itself',
    fields: { cpus: 'u32s' },
  },
  'memory-policy': {
    on: init,
    about: 'set_mempolicy(2)',
    fields: { mode: { choice: MEMORY_POLICY }, flags: { flags: MEMORY_POLICY_FLAG }, nodes: 'u32s' },
  },
  apparmor: {
    on: init,
    about: 'write `exec PROFILE` to attr/apparmor/exec (or attr/exec) of the private procfs',
    fields: { profile: 'str' },
  },
  selinux: {
    on: init,
    about: 'write the label to attr/exec of the private procfs',
    fields: { label: 'str' },
  },
  'no-new-privileges': { on: init, about: 'prctl(PR_SET_NO_NEW_PRIVS)', fields: {} },
  cwd: { on: init, about: 'chdir, then getcwd must be absolute and reachable', fields: { path: 'str' } },
  user: {
    on: init,
    about:
      'keep capabilities, give stdio (terminals, pipes and sockets) to uid, setgroups, setresgid, setresuid',
    fields: { uid: 'u32', gid: 'u32', groups: 'u32s', setGroups: 'bool' },
  },
  capabilities: {
    on: init,
    about:
      'drop from the bounding set, capset, ambient; `retain` stays effective and permitted until capabilities-final',
    fields: {
      bounding: capabilities,
      effective: capabilities,
      permitted: capabilities,
      inheritable: capabilities,
      ambient: capabilities,
      retain: capabilities,
    },
  },
  'find-executable': {
    on: init,
    about: 'look args[0] up as execvp(3) does in the given PATH; keeps the result for execve',
    fields: { name: 'str', path: 'str' },
  },
  'await-start': {
    on: init,
    about:
      'accept one connection on the listening socket in the slot; it becomes the control channel, and brings slots',
    fields: { slot: 'u32' },
  },
  'close-fds': {
    on: init,
    about: 'close every descriptor from 3 + keep up, but the control channel, which is close-on-exec',
    fields: { keep: 'u32' },
  },
  seccomp: {
    on: init,
    about:
      'load the program in the slot; with a listener slot (the connection to a seccomp agent) send it the descriptor of the filter with the state, and close both',
    fields: {
      slot: 'u32',
      flags: { flags: SECCOMP_FLAG },
      listener: 'u32',
      /** The container process state in parts, between which the pid of the process goes as the host sees it. */
      state: 'strs',
    },
  },
  'capabilities-final': {
    on: init,
    about: 'the last capset, without what was retained',
    fields: { effective: capabilities, permitted: capabilities, inheritable: capabilities },
  },
  execve: {
    on: init,
    about:
      'restore signals and execute the program found before; addHome: HOME from /etc/passwd of the root for uid, looked up before a filter is loaded',
    fields: { args: 'strs', env: 'strs', addHome: 'bool', uid: 'u32' },
  },
} as const satisfies Record<string, StepDefinition>;
