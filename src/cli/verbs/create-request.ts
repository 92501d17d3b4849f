import type { CreateRequest } from '../../container/launch.ts';
import { absolutePath } from '../../container/paths.ts';
import { integerOf, isOn, wordOf } from '../flags.ts';
import type { Input } from '../verb.ts';
import { bundleRequest } from './bundle-request.ts';

/** The flags that create and run have in common. */
export function createRequest({ context, flags, args }: Input): CreateRequest {
  const { cwd } = context.host.self;
  const path = (name: string): string | undefined => {
    const word = wordOf(flags, name);
    return word === undefined ? undefined : absolutePath(cwd, word);
  };
  return {
    id: args[0] ?? '',
    ...bundleRequest(flags),
    consoleSocket: path('console-socket'),
    pidfdSocket: path('pidfd-socket'),
    pidFile: path('pid-file'),
    noPivot: isOn(flags, 'no-pivot'),
    noNewKeyring: isOn(flags, 'no-new-keyring'),
    preserveFds: integerOf(flags, 'preserve-fds') ?? 0,
  };
}
