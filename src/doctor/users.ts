import { inArea } from './finding.ts';
import type { Draft, Finding } from './finding.ts';
import type { Machine } from './machine.ts';

/** User namespaces, and what gives an ordinary user more than one id in them. */
export function userFindings(machine: Machine): Finding[] {
  const tools = ['newuidmap', 'newgidmap'].map((name) => toolFinding(machine, name));
  const ranges = machine.host.self.uid === 0 ? [] : rangeFindings(machine);
  return inArea('users', [namespaceFinding(machine), ...tools, ...ranges]);
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

function toolFinding({ tries, host }: Machine, name: string): Draft {
  const found = tries.find(`program=${name}`);
  const [how = '', path = ''] = (found?.value ?? '').split(' ');
  const shared = { id: name, title: name, data: { path, privilege: how } };
  const lacking = toolLacks(how, path, tries.find('no-new-privs')?.value === '1' && host.self.uid !== 0);
  if (lacking === undefined) return { ...shared, status: 'ok' };
  return { ...shared, status: path === '' ? 'missing' : 'limited', follows: ONE_ID, ...lacking };
}

function toolLacks(
  how: string,
  path: string,
  noNewPrivileges: boolean,
): Pick<Draft, 'found' | 'remedy'> | undefined {
  if (path === '')
    return { found: 'not in PATH', remedy: 'install the package uidmap (shadow-utils elsewhere)' };
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

function rangeFindings(machine: Machine): Draft[] {
  return (['/etc/subuid', '/etc/subgid'] as const).map((file) => {
    const { uid } = machine.host.self;
    const user = userName(machine, uid);
    const count = rangeOf(machine.text(file) ?? '', [user, String(uid)]);
    const shared = { id: file === '/etc/subuid' ? 'subuid' : 'subgid', data: { user, count } };
    if (count > 0) return { ...shared, title: `${count} ids of ${file}`, status: 'ok' };
    return {
      ...shared,
      title: `ids of ${file}`,
      status: 'missing',
      found: `no range for ${user}`,
      follows: ONE_ID,
      remedy: `usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${user}`,
    };
  });
}

/** passwd(5) */
function userName({ text }: Machine, uid: number): string {
  const entries = (text('/etc/passwd') ?? '').split('\n').map((line) => line.split(':'));
  return entries.find(([, , id]) => id === String(uid))?.[0] ?? String(uid);
}

/** subuid(5): how many ids the names have together. */
function rangeOf(text: string, names: readonly string[]): number {
  const entries = text.split('\n').map((line) => line.split(':'));
  const own = entries.filter(([name = '']) => names.includes(name));
  return own.reduce((sum, [, , count]) => sum + (Number(count) || 0), 0);
}
