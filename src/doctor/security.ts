import { SECCOMP_ACTIONS, SECCOMP_FLAGS } from '../spec/words.ts';
import { inArea } from './finding.ts';
import type { Draft, Finding } from './finding.ts';
import type { Machine } from './machine.ts';

export function securityFindings(machine: Machine): Finding[] {
  return inArea('security', [
    modulesFinding(machine),
    apparmorFinding(machine),
    selinuxFinding(machine),
    libseccompFinding(machine),
    ...seccompFindings(machine),
    ...callerFilter(machine),
  ]);
}

/** Names of the active security modules; securityfs knows where the kernel is older than 6.8. */
function modulesOf({ tries, text }: Machine): string[] | undefined {
  const found = tries.find('security-modules');
  const list = found?.errno === '' ? found.value : text('/sys/kernel/security/lsm')?.trim();
  return list?.split(',').filter((name) => name !== '');
}

function modulesFinding(machine: Machine): Draft {
  const modules = modulesOf(machine);
  const title =
    modules === undefined ? 'security modules (not told by this kernel)' : `modules ${modules.join(' ')}`;
  return { id: 'modules', title, status: 'ok', ...(modules !== undefined && { data: { modules } }) };
}

function apparmorFinding(machine: Machine): Draft {
  const enabled = machine.text('/sys/module/apparmor/parameters/enabled')?.startsWith('Y') === true;
  const active = modulesOf(machine)?.includes('apparmor') ?? enabled;
  if (enabled && active) return { id: 'apparmor', title: 'AppArmor', status: 'ok' };
  return {
    id: 'apparmor',
    title: 'AppArmor',
    status: 'missing',
    found: enabled ? 'it is loaded, but not among the active modules' : 'it is not enabled',
    follows: 'process.apparmorProfile is refused',
    remedy: `leave profiles out, or boot ${modulesOf(machine)?.includes('selinux') === true ? 'without SELinux and ' : ''}with apparmor=1 security=apparmor`,
  };
}

function selinuxFinding(machine: Machine): Draft {
  const enforce = machine.text('/sys/fs/selinux/enforce')?.trim();
  if (enforce !== undefined)
    return {
      id: 'selinux',
      title: `SELinux (${enforce === '1' ? 'enforcing' : 'permissive'})`,
      status: 'ok',
    };
  return {
    id: 'selinux',
    title: 'SELinux',
    status: 'missing',
    found: 'selinuxfs is not mounted',
    follows: 'process.selinuxLabel is refused, linux.mountLabel has no effect',
    remedy: `leave labels out, or boot ${modulesOf(machine)?.includes('apparmor') === true ? 'without AppArmor and ' : ''}with selinux=1 security=selinux and a policy`,
  };
}

function libseccompFinding({ host: { self } }: Machine): Draft {
  const { seccomp } = self;
  if (seccomp === undefined)
    return {
      id: 'libseccomp',
      title: 'libseccomp',
      status: 'missing',
      follows: 'linux.seccomp is refused',
      remedy: 'build runts with libseccomp',
    };
  const version = seccomp.version();
  const api = seccomp.api();
  return {
    id: 'libseccomp',
    title: `libseccomp ${version} (API ${api})`,
    status: 'ok',
    data: { version, api },
  };
}

/** SCMP_ACT_KILL is another name of KILL_THREAD. */
const ACTIONS = SECCOMP_ACTIONS.filter((name) => name !== 'SCMP_ACT_KILL');

function seccompFindings(machine: Machine): Draft[] {
  const sizes = machine.tries.find('seccomp-notify-sizes');
  return [
    wordsFinding(machine, { id: 'actions', title: 'seccomp actions', words: ACTIONS, prefix: 'SCMP_ACT_' }),
    wordsFinding(machine, {
      id: 'flags',
      title: 'filter flags',
      words: SECCOMP_FLAGS,
      prefix: 'SECCOMP_FILTER_FLAG_',
    }),
    ...(sizes?.errno === '' ? [notifyFinding(sizes.value)] : []),
  ];
}

function notifyFinding(value: string): Draft {
  const [notification, response, data] = value.split(' ').map(Number);
  return {
    id: 'seccomp.notify-sizes',
    title: 'user notification',
    status: 'ok',
    data: { notification, response, data },
  };
}

interface Words {
  readonly id: string;
  readonly title: string;
  readonly words: readonly string[];
  readonly prefix: string;
}

function wordsFinding({ tries }: Machine, { id, title, words, prefix }: Words): Draft {
  const found = words.flatMap((word) => tries.find(word) ?? []);
  const tried = found.map(({ call, errno }) => ({ call, errno }));
  const lacking = found.filter(({ errno }) => errno !== '').map(({ name }) => name);
  const has = found.filter(({ errno }) => errno === '').map(({ name }) => name);
  const shared = { id: `seccomp.${id}`, tried, data: { available: has } };
  if (lacking.length === 0) return { ...shared, title: `${has.length} ${title}`, status: 'ok' };
  return {
    ...shared,
    title,
    status: has.length === 0 ? 'missing' : 'limited',
    found: `the kernel does not take ${lacking.map((name) => name.replace(prefix, '')).join(', ')}`,
    follows: 'a linux.seccomp that uses one of them is refused',
    remedy: 'use Linux 5.19 or newer, built with CONFIG_SECCOMP_FILTER',
  };
}

/** proc_pid_status(5): 2 is a filter. */
function callerFilter({ text }: Machine): Draft[] {
  if (/^Seccomp:\s*2$/m.exec(text('/proc/self/status') ?? '') === null) return [];
  return [
    {
      id: 'seccomp.caller',
      title: 'seccomp filter around runts',
      status: 'limited',
      found: 'runts itself runs under a seccomp filter',
      follows: 'what it refuses fails in runts and in every container',
      remedy: 'start runts outside of it (in docker: --security-opt seccomp=unconfined)',
    },
  ];
}
