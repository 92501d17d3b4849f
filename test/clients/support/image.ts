import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, run } from '../../support/run.ts';

/** The name under which every engine knows the image once it has loaded it. */
export const IMAGE = 'localhost/box:latest';

const ARCHITECTURES: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

interface Blob {
  mediaType: string;
  digest: string;
  size: number;
}

/**
 * An archive of one image with one layer, busybox and inspect: an OCI layout and, with manifest.json, what `docker load`
 * reads too. `directory` gets it, with `command` as what runs where nothing else is asked for; its path.
 */
export async function makeImage(directory: string, command = '/bin/sh'): Promise<string> {
  const layout = join(directory, 'image');
  mkdirSync(join(layout, 'blobs/sha256'), { recursive: true });
  const layerFile = join(directory, 'layer.tar');
  const rootfs = join(ROOT, 'bundles/busybox/rootfs');
  await tar([
    '-cf',
    layerFile,
    '-C',
    rootfs,
    '.',
    '-C',
    join(ROOT, 'build/out'),
    '--transform',
    's,^i,bin/i,',
    'inspect',
  ]);
  const layer = addBlob(layout, readFileSync(layerFile), 'application/vnd.oci.image.layer.v1.tar');
  const config = addBlob(
    layout,
    imageConfig(layer.digest, command),
    'application/vnd.oci.image.config.v1+json',
  );
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = addBlob(layout, json({ schemaVersion: 2, mediaType, config, layers: [layer] }), mediaType);
  const annotations = { 'org.opencontainers.image.ref.name': IMAGE, 'io.containerd.image.name': IMAGE };
  writeFileSync(join(layout, 'oci-layout'), json({ imageLayoutVersion: '1.0.0' }));
  writeFileSync(
    join(layout, 'index.json'),
    json({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] }),
  );
  writeFileSync(
    join(layout, 'manifest.json'),
    json([{ Config: pathOf(config), RepoTags: [IMAGE], Layers: [pathOf(layer)] }]),
  );
  const archive = join(directory, 'image.tar');
  await tar(['-cf', archive, '-C', layout, 'oci-layout', 'index.json', 'manifest.json', 'blobs']);
  return archive;
}

function imageConfig(diffId: string, command: string): Buffer {
  return json({
    architecture: ARCHITECTURES[process.arch] ?? process.arch,
    os: 'linux',
    config: { Env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'], Cmd: command.split(' ') },
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [{ created_by: 'test' }],
  });
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

const pathOf = ({ digest }: Blob): string => `blobs/${digest.replace(':', '/')}`;

function addBlob(layout: string, content: Buffer, mediaType: string): Blob {
  const digest = createHash('sha256').update(content).digest('hex');
  writeFileSync(join(layout, 'blobs/sha256', digest), content);
  return { mediaType, digest: `sha256:${digest}`, size: content.length };
}

async function tar(args: string[]): Promise<void> {
  const ended = await run('tar', ['--owner=0', '--group=0', '--numeric-owner', ...args]);
  if (ended.status !== 0) throw new Error(`tar: ${ended.stderr}`);
}
