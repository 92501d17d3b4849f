import { RuntsError } from '../errors.ts';
import type { Host } from '../host/host.ts';
import { defaultSpec } from '../spec/default.ts';
import { formatJson } from '../spec/json-format.ts';
import { CONFIG } from './bundle.ts';
import { absolutePath } from './paths.ts';

/** Writes a config.json to begin with into a directory; never over one that is there. */
export function writeDefaultSpec(host: Host, directory: string, rootless: boolean): void {
  const path = `${absolutePath(host.self.cwd, directory)}/${CONFIG}`;
  if (host.files.exists(path)) {
    throw new RuntsError('ALREADY_EXISTS', `File ${CONFIG} exists. Remove it first`);
  }
  const options = rootless ? { rootless: { uid: host.self.uid, gid: host.self.gid } } : {};
  host.files.replace(path, formatJson(defaultSpec(options), '\t'), 0o644);
}
