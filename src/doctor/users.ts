import { findIdTool } from '../container/rootless.ts';
import type { IdTool } from '../plan/facts.ts';
import { inArea } from './finding.ts';
import type { Draft, Finding } from './finding.ts';
import type { Machine } from './machine.ts';

/** User namespaces, and what gives an ordinary user more than one id in them. */
export function userFindings(machine: Machine): Finding[] {
  const tools = ['newuidmap', 'newgidmap'].map((name) => toolFinding(machine, name));
  return inArea('users', [namespaceFinding(machine), ...tools, ...rangeFindings(machine)]);
}

function namespaceFinding(machine: Machine): Draft {
  const { tries, place } = machine;
  const made = tries.find('namespace-user', 'user namespace');
  const mounts = tries.find('namespace-mount', 'user namespace');
  const failed = [made, mounts].find((each) => each !== undefined && each.errno !== '');
  const shared = {
    id: 'namespace',
    title: 'user namespaces',
    required: place === 'user namespace',
    tried: [made, mounts].flatMap((each) =>
      each === undefined ? [] : [{ call: each.call, errno: each.errno }],
    ),
  };
  if (failed === undefined) return { ...shared, status: 'ok' };
  return {
    ...shared,
    status: 'missing',
    found: `${failed.call}: ${failed.errno}`,
    follows:
      place === 'caller'
        ? 'a config.json with a user namespace is refused'
        : 'this user can make no container: only root can',
    remedy: whyNot(machine) ?? 'ask what forbids it: a seccomp profile, an LSM, or a chroot around runts',
  };
}

/** The sysctls that turn user namespaces off. */
function whyNot({ text }: Machine): string | undefined {
  const value = (name: string): string | undefined => text(`/proc/sys/${name}`)?.trim();
  if (value('user/max_user_namespaces') === '0')
    return 'raise the sysctl user.max_user_namespaces, which is 0';
  if (value('kernel/unprivileged_userns_clone') === '0')
    return 'set the sysctl kernel.unprivileged_userns_clone to 1';
  if (value('kernel/apparmor_restrict_unprivileged_userns') === '1')
    return 'give runts an AppArmor profile that allows userns, or set kernel.apparmor_restrict_unprivileged_userns to 0';
  return undefined;
}

const ONE_ID =
  'containers of ordinary users have one id only: uidMappings and gidMappings of size 1, their own';

function toolFinding({ tries, host, rootless }: Machine, name: string): Draft {
  const path = findIdTool(host.files, name) ?? '';
  const how = tries.find(`program=${path}`)?.value ?? '';
  const shared = { id: name, title: name, data: { path, privilege: how } };
  const noNewPrivileges = rootless !== undefined && tries.find('no-new-privs')?.value === '1';
  const lacking = toolLacks(how, path, noNewPrivileges);
  if (lacking === undefined) return { ...shared, status: 'ok' };
  return { ...shared, status: path === '' ? 'missing' : 'limited', follows: ONE_ID, ...lacking };
}

function toolLacks(
  how: string,
  path: string,
  noNewPrivileges: boolean,
): Pick<Draft, 'found' | 'remedy'> | undefined {
  if (path === '')
    return {
      found: 'there is none in /usr/bin',
      remedy: 'install the package uidmap (shadow-utils elsewhere)',
    };
  if (how === 'nothing')
    return {
      found: `${path} is neither setuid nor has file capabilities`,
      remedy: `chmod u+s ${path}, or setcap cap_setuid+ep`,
    };
  if (how === 'nosuid')
    return { found: `${path} lies on a mount with nosuid`, remedy: 'mount its file system without nosuid' };
  return noNewPrivileges
    ? {
        found: 'no_new_privs is set',
        remedy: 'start runts without no_new_privs (NoNewPrivileges= of a unit)',
      }
    : undefined;
}

/** Of root nothing is asked here: it maps what it likes. */
function rangeFindings({ rootless, host: { self } }: Machine): Draft[] {
  if (rootless?.kind !== 'user') return [];
  return [
    rangeFinding('subuid', rootless.tools.uid, self.uid),
    rangeFinding('subgid', rootless.tools.gid, self.uid),
  ];
}

/** Another source than the file (nsswitch.conf) may know more, and is not asked. */
function rangeFinding(id: string, { ranges, userName }: IdTool, uid: number): Draft {
  const user = userName ?? String(uid);
  const count = (ranges ?? []).reduce((sum, range) => sum + range.count, 0);
  const shared = { id, data: { user, count } };
  if (count > 0) return { ...shared, title: `${count} ids of /etc/${id}`, status: 'ok' };
  if (ranges === undefined)
    return { ...shared, title: `ids of another source than /etc/${id}`, status: 'ok' };
  return {
    ...shared,
    title: `ids of /etc/${id}`,
    status: 'missing',
    found: `no range for ${user}`,
    follows: ONE_ID,
    remedy: `usermod --add-${id}s 100000-165535 ${user}`,
  };
}
