import type { Host } from '../host/host.ts';
import { isCrun } from '../host/name.ts';
import { SPEC_VERSION } from '../spec/default.ts';
import { COMMIT, VERSION } from '../version.ts';
import { CRUN_FEATURES } from './crun-name.ts';

/** In the form that docker and go-runc parse. */
export function versionText(host: Host): string {
  const seccomp = host.self.seccomp?.version();
  const lines = [`${host.self.name} version ${VERSION}`, `commit: ${COMMIT}`, `spec: ${SPEC_VERSION}`];
  if (seccomp !== undefined) lines.push(`libseccomp: ${seccomp}`);
  if (isCrun(host.self.name)) lines.push(CRUN_FEATURES);
  return lines.map((line) => `${line}\n`).join('');
}
