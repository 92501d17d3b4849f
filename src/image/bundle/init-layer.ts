/** The layer above an image's own, for what the runtime owns: files that tell of the host and network, and places to mount at. */
import { readFileSync, statSync } from 'node:fs';
import { attempt } from '../../host/attempt.ts';
import { checked } from '../../host/checked.ts';
import { HostError } from '../../host/host.ts';
import { cleanPath, fromBundle, isWithin } from '../../plan/paths.ts';
import type { Mount, Spec } from '../../spec/types.ts';
import type { View } from './view.ts';

/** Texts of files that a container gets in place of its image's. */
export interface HostFiles {
  /** Default: localhost and the container's host name. */
  readonly hosts?: string;
  /** Default: that of the host. */
  readonly resolvConf?: string;
}

/** What is made in the layer; `bundle` is what relative sources of mounts count from. */
export interface InitLayer {
  readonly spec: Spec;
  readonly bundle: string;
  readonly files: HostFiles;
}

/** Makes it all, following links of the image inside of it, and gives a line for everything that an image is in the way of. */
export async function fillInitLayer(view: View, layer: InitLayer): Promise<string[]> {
  const warnings: string[] = [];
  for (const [path, text] of Object.entries(textsOf(layer)))
    await unlessInTheWay(warnings, path, () => view.write(path, text));
  for (const { path, isFile } of placesOf(layer)) {
    await unlessInTheWay(warnings, path, () => (isFile ? makeFile(view, path) : view.makeDirectory(path)));
  }
  return warnings;
}

function textsOf({ spec: { hostname = '' }, files }: InitLayer): Record<string, string> {
  return {
    '/etc/hostname': `${hostname}\n`,
    '/etc/hosts': files.hosts ?? hostsOf(hostname),
    '/etc/resolv.conf': files.resolvConf ?? hostsResolvConf(),
  };
}

/** The name is one of the loopback device, which every network namespace has. */
function hostsOf(hostname: string): string {
  const own = hostname === '' ? '' : `127.0.1.1\t${hostname}\n`;
  return `127.0.0.1\tlocalhost\n${own}::1\tlocalhost ip6-localhost ip6-loopback\n`;
}

/** A container without a network has no use for it, and one that joins the host's needs it. */
function hostsResolvConf(): string {
  return attempt(() => checked(() => readFileSync('/etc/resolv.conf', 'utf8'))) ?? '';
}

interface MountPoint {
  readonly path: string;
  readonly isFile: boolean;
}

/** Where the root file system is mounted on itself, and where the program begins; what lies in another mount is not the layer's. */
function placesOf({ spec, bundle }: InitLayer): MountPoint[] {
  const { mounts = [], process } = spec;
  const targets = mounts.map(({ destination }) => cleanPath(destination));
  const isOutside = (path: string, before: number): boolean =>
    !targets.slice(0, before).some((target) => target !== '/' && path !== target && isWithin(path, target));
  const points = mounts.map((mount, at) => ({
    path: targets[at] ?? '/',
    isFile: isOfFile(mount, bundle),
    at,
  }));
  const cwd = { path: cleanPath(process.cwd), isFile: false, at: mounts.length };
  return [...points, cwd].filter(({ path, at }) => isOutside(path, at));
}

/** A bind mount of what is no directory. */
function isOfFile({ source = '', options = [] }: Mount, bundle: string): boolean {
  if (!options.includes('bind') && !options.includes('rbind')) return false;
  const found = attempt(() => checked(() => statSync(fromBundle(bundle, source))));
  return found !== undefined && !found.isDirectory();
}

/** One that is there stays as it is. */
async function makeFile(view: View, path: string): Promise<void> {
  if ((await view.read(path, Number.MAX_SAFE_INTEGER).catch(() => '')) === undefined)
    await view.write(path, '');
}

/** Of an image: a link that leads to nothing or in a circle, and a file or directory where the other is wanted. */
const IN_THE_WAY: ReadonlySet<string> = new Set(['EEXIST', 'ELOOP', 'ENOTDIR', 'EISDIR', 'EXDEV']);

async function unlessInTheWay(warnings: string[], path: string, make: () => Promise<void>): Promise<void> {
  try {
    await make();
  } catch (error) {
    if (!(error instanceof HostError) || !IN_THE_WAY.has(error.errno)) throw error;
    warnings.push(`image: ${path} is not made beforehand, for what the image has there: ${error.message}`);
  }
}
