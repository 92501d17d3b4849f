/** config.json as a whole (config.md). */
import { notAbsolute, notHostName, notVersion } from './flaws.ts';
import { nearest, show } from './problems.ts';
import type { Scope } from './problems.ts';
import { anyString, array, boolean, emptyOr, integer, map, object, string } from './schema.ts';
import { IDMAP_EXAMPLE, isIdmapOption, parseIdmapOption } from './idmap-option.ts';
import { MOUNT_OPTIONS } from './mount-words.ts';
import { idMappings, linuxSchema } from './schema-linux.ts';
import { NO_PROCESS } from './process.ts';
import { environment, processSchema } from './schema-process.ts';
import type { Hook, Hooks, Mount, Root, Spec } from './types.ts';

const root = object<Root>({ path: string(), readonly: boolean }, { required: ['path'] });

const mount = object<Mount>(
  {
    destination: string(),
    type: anyString,
    source: anyString,
    options: array(anyString),
    uidMappings: idMappings,
    gidMappings: idMappings,
  },
  { required: ['destination'], rule: checkMount },
);

/** True for a mount of `source` itself, whatever `type` says (config.md#mounts). */
export function isBind({ options = [] }: Mount): boolean {
  return options.includes('bind') || options.includes('rbind');
}

function checkMount(value: Mount, scope: Scope): void {
  const { destination } = value;
  if (!destination.startsWith('/')) {
    scope.warn(
      '/destination',
      `${show(destination)} is relative, which is deprecated: taken from /`,
      `/${destination}`,
    );
  }
  if (isBind(value)) checkBind(value, scope);
  checkIdmapOption(value, scope);
  checkMountMappings(value, scope);
}

const KNOWN_OPTIONS: ReadonlySet<string> = new Set(MOUNT_OPTIONS);

function checkBind({ source = '', options = [] }: Mount, scope: Scope): void {
  if (source === '' && !options.includes('remount'))
    scope.problem('/source', 'a bind mount has no source', 'a path on the host');
  options.forEach((option, at) => {
    if (option === '' || KNOWN_OPTIONS.has(option) || isIdmapOption(option)) return;
    const meant = nearest(option, MOUNT_OPTIONS);
    scope.warn(
      `/options/${at}`,
      `${show(option)} is ignored: an option of a file system means nothing to a bind mount`,
      meant,
    );
  });
}

function checkIdmapOption({ options = [], uidMappings, gidMappings }: Mount, scope: Scope): void {
  // Hardly ever there, and one look finds that
  if (!options.join().includes('idmap=')) return;
  options.forEach((option, at) => {
    if (!isIdmapOption(option)) return;
    const path = `/options/${at}`;
    if (parseIdmapOption(option) === undefined)
      scope.problem(path, `${show(option)} has no mappings that can be read`, IDMAP_EXAMPLE);
    else if (uidMappings !== undefined || gidMappings !== undefined)
      scope.problem(path, 'the mount has other mappings too', 'uidMappings and gidMappings, or this option');
  });
}

function checkMountMappings({ options = [], uidMappings, gidMappings }: Mount, scope: Scope): void {
  if (uidMappings === undefined && gidMappings === undefined) return;
  for (const [name, mappings] of Object.entries({ uidMappings, gidMappings })) {
    if ((mappings ?? []).length === 0)
      scope.problem(`/${name}`, 'maps nothing', 'uidMappings and gidMappings, or neither');
  }
  if (!options.includes('idmap') && !options.includes('ridmap')) {
    scope.warn(
      '/options',
      'has neither idmap nor ridmap: the mappings are applied all the same',
      'idmap or ridmap',
    );
  }
}

const hook = object<Hook>(
  {
    path: string(notAbsolute, '/'),
    args: array(anyString),
    env: environment,
    timeout: integer('a time in seconds', 1, 2 ** 31 - 1),
  },
  { required: ['path'] },
);
const hookList = array(hook);

const hooks = object<Hooks>({
  prestart: hookList,
  createRuntime: hookList,
  createContainer: hookList,
  startContainer: hookList,
  poststart: hookList,
  poststop: hookList,
});

export const mountsSchema = array(mount);

export const specSchema = object<Spec>(
  {
    ociVersion: string(notVersion),
    root,
    process: processSchema,
    hostname: emptyOr(notHostName),
    domainname: emptyOr(notHostName),
    mounts: mountsSchema,
    hooks,
    annotations: map(anyString),
    linux: linuxSchema,
  },
  { required: ['ociVersion', 'root'], defaults: { process: NO_PROCESS } },
);
