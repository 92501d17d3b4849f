// busybox.mjs — the root file system of the examples: one directory with a shell and the usual programs, which all of their
// containers read and none can write; and an image of it.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const busybox = fileURLToPath(new URL('../bundles/busybox/rootfs', import.meta.url));

/** An id that no other run of an example has at the same time. */
export const unique = (name) => `${name}-${process.pid}`;

const hex = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** Writes an OCI image layout of one layer, the root file system, with this process; `docker save` and skopeo write such, too. */
export function writeLayout(directory, config) {
  const layer = execFileSync('tar', ['--create', '--owner=0', '--group=0', '--directory', busybox, '.'], {
    maxBuffer: 2 ** 28,
  });
  mkdirSync(join(directory, 'blobs/sha256'), { recursive: true });
  const blob = (bytes, mediaType) => {
    writeFileSync(join(directory, 'blobs/sha256', hex(bytes)), bytes);
    return {
      mediaType: `application/vnd.oci.image.${mediaType}`,
      digest: `sha256:${hex(bytes)}`,
      size: bytes.length,
    };
  };
  const document = (value, mediaType) => blob(Buffer.from(JSON.stringify(value)), mediaType);
  const layers = [blob(layer, 'layer.v1.tar')];
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  const rootfs = { type: 'layers', diff_ids: [layers[0].digest] };
  const about = document({ os: 'linux', architecture, rootfs, config }, 'config.v1+json');
  const manifest = document({ schemaVersion: 2, config: about, layers }, 'manifest.v1+json');
  writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
}
