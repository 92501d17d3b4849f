import { exec } from '../../container/exec.ts';
import type { ExecRequest } from '../../container/exec.ts';
import type { ProcessFlags } from '../../container/exec-process.ts';
import { absolutePath } from '../../container/paths.ts';
import { integerOf, integersOf, isOn, textsOf, wordOf } from '../flags.ts';
import type { FlagValues } from '../flags.ts';
import type { Input, VerbFunction } from '../verb.ts';

export const verb: VerbFunction = async (input) => ({
  kind: 'exit',
  code: await exec(input.context, execRequest(input)),
});

function execRequest({ context, flags, args }: Input): ExecRequest {
  const [id = '', ...command] = args;
  const path = (name: string): string | undefined => {
    const word = wordOf(flags, name);
    return word === undefined ? undefined : absolutePath(context.host.self.cwd, word);
  };
  return {
    id,
    processFile: wordOf(flags, 'process'),
    flags: processFlags(flags, command),
    detach: isOn(flags, 'detach'),
    consoleSocket: path('console-socket'),
    pidfdSocket: path('pidfd-socket'),
    pidFile: path('pid-file'),
    preserveFds: integerOf(flags, 'preserve-fds') ?? 0,
    cgroups: textsOf(flags, 'cgroup'),
    ignorePaused: isOn(flags, 'ignore-paused'),
  };
}

function processFlags(flags: FlagValues, args: readonly string[]): ProcessFlags {
  const cwd = wordOf(flags, 'cwd');
  const user = wordOf(flags, 'user');
  const processLabel = wordOf(flags, 'process-label');
  const apparmor = wordOf(flags, 'apparmor');
  return {
    args,
    env: textsOf(flags, 'env'),
    tty: isOn(flags, 'tty'),
    additionalGids: integersOf(flags, 'additional-gids'),
    caps: textsOf(flags, 'cap'),
    ...(cwd !== undefined && { cwd }),
    ...(user !== undefined && { user }),
    ...(processLabel !== undefined && { processLabel }),
    ...(apparmor !== undefined && { apparmor }),
    ...(flags.has('no-new-privs') && { noNewPrivileges: isOn(flags, 'no-new-privs') }),
  };
}
