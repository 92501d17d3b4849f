import { RuntsError } from '../../errors.ts';
import type { BundleOptions } from '../../image/bundle/write.ts';
import type { SpecBuilder } from '../../spec/builder/builder.ts';
import type { UsernsOptions } from '../../spec/builder/namespaces.ts';
import { isOn, wordOf, textsOf } from '../flags.ts';
import type { FlagValues } from '../flags.ts';

/** What `image bundle` and `run --image` are told of a container in the same words. */
export function bundleOptions(flags: FlagValues): BundleOptions {
  const user = wordOf(flags, 'user');
  const userns = wordOf(flags, 'userns');
  const env = Object.fromEntries(textsOf(flags, 'env').map(variable));
  const mapped = userns === undefined ? undefined : usernsOf(userns);
  return {
    readonly: isOn(flags, 'read-only'),
    ...(user !== undefined && { user }),
    change: (spec): SpecBuilder => {
      const changed = spec.env(env);
      return mapped === undefined ? changed : changed.userns(mapped);
    },
  };
}

function variable(entry: string): [string, string] {
  const at = entry.indexOf('=');
  if (at > 0) return [entry.slice(0, at), entry.slice(at + 1)];
  throw new RuntsError('INVALID_ARGUMENT', `--env: ${JSON.stringify(entry)} is no NAME=VALUE`);
}

function usernsOf(text: string): UsernsOptions {
  const [, uid, gid = uid, size = '65536'] = /^(\d{1,10})(?::(\d{1,10}))?(?::(\d{1,10}))?$/.exec(text) ?? [];
  if (uid !== undefined) return { uid: Number(uid), gid: Number(gid), size: Number(size) };
  throw new RuntsError('INVALID_ARGUMENT', `--userns: ${JSON.stringify(text)} is no UID[:GID[:SIZE]]`, {
    hint: 'such as 100000, which are the ids of the host from 100000 to 165535',
  });
}
