import { CAPABILITY_NAMES } from '../plan/numbers.ts';
import { inArea } from './finding.ts';
import type { Draft, Finding } from './finding.ts';
import { systemdSocket } from './machine.ts';
import type { Machine } from './machine.ts';

/** What the caller may give away and use up. */
export function limitFindings(machine: Machine): Finding[] {
  return inArea('limits', [
    capabilityFinding(machine),
    filesFinding(machine),
    ...keyringFindings(machine),
    systemdFinding(machine),
  ]);
}

/** What root is without a capability that runts itself makes use of. */
const USES: Readonly<Record<string, string>> = {
  CAP_SYS_RESOURCE: 'process.rlimits cannot be raised above the hard limits of runts',
  CAP_MKNOD: 'linux.devices are bind mounted',
  CAP_SETUID: 'process.user can be root alone',
  CAP_SETGID: 'process.user can have no other group',
  CAP_SETPCAP: 'capabilities cannot be dropped',
  CAP_NET_ADMIN: 'the loopback device stays down',
  CAP_DAC_OVERRIDE: 'files of other users cannot be reached',
  CAP_SYS_PTRACE: 'exec cannot join the namespaces of processes of others',
  CAP_CHOWN: 'terminals and cgroups cannot be given to the container',
};

function capabilityFinding({ host: { self }, place }: Machine): Draft {
  const held = self.capabilities();
  const lacking = CAPABILITY_NAMES.filter((name) => !held.includes(name));
  const shared = { id: 'capabilities', data: { held, lacking } };
  if (lacking.length === 0) return { ...shared, title: 'all capabilities', status: 'ok' };
  // The root of a user namespace has all of them there.
  if (place === 'user namespace')
    return { ...shared, title: 'capabilities in user namespaces alone', status: 'ok' };
  const uses = lacking.flatMap((name) => USES[name] ?? []);
  return {
    ...shared,
    title: 'capabilities',
    status: 'limited',
    found: `the caller has no ${lacking.join(', ')}`,
    follows: ['a container that asks for them gets a warning and not the capability', ...uses].join('; '),
    remedy: 'start runts with them, if containers need them',
  };
}

/** Containers get more descriptors only where the runtime has CAP_SYS_RESOURCE. */
const FEW_FILES = 4096;

function filesFinding({ text }: Machine): Draft {
  const line = /^Max open files\s+\S+\s+(\S+)/m.exec(text('/proc/self/limits') ?? '');
  const hard = line?.[1] ?? 'unknown';
  const shared = { id: 'open-files', data: { hard } };
  if (!(Number(hard) < FEW_FILES)) return { ...shared, title: `open files up to ${hard}`, status: 'ok' };
  return {
    ...shared,
    title: 'open files',
    status: 'limited',
    found: `the hard limit is ${hard}`,
    follows: 'containers with many mounts or layers may fail with EMFILE',
    remedy: 'raise it: ulimit -Hn, LimitNOFILE= of a unit',
  };
}

function keyringFindings(machine: Machine): Draft[] {
  const found = machine.tries.find('session-keyring');
  if (found === undefined) return [];
  const shared = { id: 'keyrings', tried: [{ call: found.call, errno: found.errno }] };
  if (found.errno === '') return [{ ...shared, ...keyQuota(machine) }];
  return [
    {
      ...shared,
      title: 'session keyrings',
      status: found.errno === 'ENOSYS' ? 'missing' : 'limited',
      found: `${found.call}: ${found.errno}`,
      follows:
        found.errno === 'ENOSYS'
          ? 'containers have no session keyring, as nobody has here'
          : 'create fails where it makes a session keyring',
      remedy: found.errno === 'EDQUOT' ? RAISE : 'use --no-new-keyring',
    },
  ];
}

const RAISE = 'raise the sysctls kernel.keys.maxkeys and kernel.keys.maxbytes, or use --no-new-keyring';

/** keyrings(7): `uid: usage nkeys/nikeys qnkeys/maxkeys qnbytes/maxbytes` of /proc/key-users. */
function keyQuota({
  text,
  host: { self },
}: Machine): Pick<Draft, 'title' | 'status' | 'data'> & Partial<Draft> {
  const lines = (text('/proc/key-users') ?? '').split('\n').map((line) => line.trim().split(/\s+/));
  const [used = 0, most = 0] = (lines.find(([id]) => id === `${self.uid}:`)?.[3] ?? '')
    .split('/')
    .map(Number);
  const data = { used, most };
  if (most === 0 || used < most * 0.8) return { title: 'session keyrings', status: 'ok', data };
  return {
    title: 'session keyrings',
    status: 'limited',
    data,
    found: `${used} of ${most} keys are used`,
    follows: 'each container takes one: create will fail with EDQUOT',
    remedy: RAISE,
  };
}

function systemdFinding({ tries, host: { files, self } }: Machine): Draft {
  const socket = systemdSocket(self);
  const errno = tries.find(`socket=${socket}`)?.errno;
  const shared = { id: 'systemd', title: 'systemd', data: { socket } };
  if (errno === '') return { ...shared, status: 'ok' };
  const runs = files.exists('/run/systemd/system');
  return {
    ...shared,
    status: 'missing',
    found: runs
      ? `it is not reached at ${socket}: ${errno ?? ''}`
      : 'this machine was not booted with systemd',
    follows: '--systemd-cgroup is refused',
    remedy:
      runs && self.uid !== 0 ? 'log in with a session of systemd (loginctl enable-linger)' : 'leave it out',
  };
}
