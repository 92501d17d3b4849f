import { readFileSync } from 'node:fs';
import { cgroupRoot } from './conditions.ts';

/** One system call of a trace: its name and the text of its arguments and result, with paths behind descriptors. */
export interface Call {
  pid: string;
  name: string;
  text: string;
}

/** What is traced: all that changes mounts, namespaces, cgroups, credentials and attributes of a process. */
export const TRACED = [
  ...['mount', 'umount2', 'pivot_root', 'fsopen', 'fsconfig', 'fsmount', 'fspick', 'open_tree', 'move_mount'],
  ...[
    'mount_setattr',
    'unshare',
    'setns',
    'clone',
    'clone3',
    'sethostname',
    'setdomainname',
    'setuid',
    'setgid',
  ],
  ...[
    'setreuid',
    'setregid',
    'setresuid',
    'setresgid',
    'setfsuid',
    'setfsgid',
    'setgroups',
    'capset',
    'prctl',
    'seccomp',
  ],
  ...[
    'personality',
    'sched_setattr',
    'ioprio_set',
    'set_mempolicy',
    'keyctl',
    'mknod',
    'mknodat',
    'symlinkat',
  ],
  ...[
    'chroot',
    'umask',
    'prlimit64',
    'setrlimit',
    'execve',
    'execveat',
    'bpf',
    'write',
    'mkdir',
    'mkdirat',
    'rmdir',
  ],
];

/**
 * Calls in the order in which they began; one that was interrupted by another process's keeps its first part. What the kernel begins
 * anew, such as a write that needs a lock of its own, was no call yet.
 */
export function parse(file: string): Call[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const found = /^(\d+) +(\w+)\((.*)$/.exec(line);
      return found === null || RESTARTED.test(line)
        ? []
        : [{ pid: found[1] ?? '', name: found[2] ?? '', text: found[3] ?? '' }];
    });
}

const RESTARTED = / = \? ERESTART/;
const NEW = /CLONE_NEW|CLONE_INTO_CGROUP/;
const PROC_WRITE =
  /^\d+<\/(proc\/\d+|proc\/self|\d+|self)\/(uid_map|gid_map|setgroups|oom_score_adj|timens_offsets|attr\/)/;
const SYSCTL_WRITE = /^\d+<(\/proc)?\/sys\/(net|kernel|fs|user|vm)\//;
const PRCTL = /^PR_(CAPBSET_DROP|CAP_AMBIENT, PR_CAP_AMBIENT_(RAISE|LOWER)|SET_NO_NEW_PRIVS|SET_SECUREBITS)/;

const inCgroup = (text: string): boolean => text.includes(`<${cgroupRoot}`);

/** Whether a call changes what plans are about. Threads of Node, probes of libseccomp and the like do not. */
export function matters(call: Call, runtime: string): boolean {
  const { name, text } = call;
  if (name === 'clone' || name === 'clone3') return NEW.test(text);
  if (name === 'write') return inCgroup(text) || PROC_WRITE.test(text) || SYSCTL_WRITE.test(text);
  if (name === 'mkdir' || name === 'mkdirat' || name === 'rmdir') return inCgroup(text);
  if (name === 'prctl') return PRCTL.test(text);
  if (name === 'seccomp') return /^SECCOMP_SET_MODE_FILTER, [^,]+, \{/.test(text);
  if (name === 'bpf') return /^BPF_PROG_(ATTACH|DETACH)/.test(text);
  if (name === 'personality') return !text.startsWith('0xffffffff');
  if (name === 'keyctl') return !/^KEYCTL_(DESCRIBE|READ)/.test(text);
  // Limits of its own are the runtime's affair.
  if (name === 'prlimit64')
    return !/^\d+, \w+, NULL/.test(text) && !(call.pid === runtime && text.startsWith('0, '));
  if (name === 'execve') return call.pid !== runtime && !/ENOENT/.test(text);
  // The helper clears its own first, so that every mode of a step is exact.
  if (name === 'umask') return call.pid !== runtime && !text.startsWith('000');
  return name !== 'execveat';
}

/** Limits that a process sets itself before it becomes the helper give back what Node changed of the caller's. */
export function withoutRestoring(calls: readonly Call[]): Call[] {
  const helpers = new Set<string>();
  return calls.filter(({ pid, name, text }) => {
    if (name === 'execveat') helpers.add(pid);
    return !(name === 'prlimit64' && text.startsWith('0, ') && !helpers.has(pid));
  });
}
