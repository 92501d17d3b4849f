/** Images that runts has saved are those of engines, too: with the blobs that they were loaded with, and with a layer of runts' own. */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { scratchDirectory } from '../support/bundle.ts';
import { needs } from '../support/conditions.ts';
import { changeInside } from '../support/overlay.ts';
import { run, RUNTS } from '../support/run.ts';
import { output, sharedCell } from './support/cell.ts';
import { heard, snapshotter, startContainerd, startDocker } from './support/engines.ts';
import { makeImage } from './support/image.ts';
import { startPodman } from './support/podman.ts';
import { RUNTIME } from './support/runtimes.ts';

const NAME = 'localhost/changed:2';

/** An archive of the image in a directory, with a file more and one less, and the digest of its manifest. */
async function changedImage(
  directory: string,
  format: 'oci' | 'docker',
): Promise<{ archive: string; digest: string }> {
  const own = mkdtempSync(join(directory, 'changed-'));
  const [store, bundle, archive] = [join(own, 'store'), join(own, 'bundle'), join(own, 'saved.tar')] as const;
  const image = async (verb: string, ...args: string[]): Promise<string> =>
    output(await run(RUNTS, ['image', verb, '--store', store, ...args]));
  await image('load', join(directory, 'image.tar'), '--name', 'loaded');
  await image('bundle', 'loaded', bundle);
  await changeInside({ directory: bundle }, 'echo mine >etc/mine; rm bin/inspect');
  const { digest } = JSON.parse(await image('commit', '--json', bundle, NAME)) as { digest: string };
  await image('save', '--format', format, NAME, archive);
  return { archive, digest };
}

const LOOK = 'cat /etc/mine; ls /bin/inspect';
const SEEN = { stdout: 'mine\n', stderr: expect.stringMatching(/inspect: No such file/) as string };

describe('an image that runts has saved', () => {
  const podman = sharedCell(startPodman);
  const containerd = sharedCell(startContainerd);
  const docker = sharedCell((cell) => startDocker(cell, []));
  afterAll(async () => {
    for (const shared of [podman, containerd, docker]) await shared.close();
  });

  it('is one of podman', async (context) => {
    needs(context, 'podman', 'overlay');
    const { podman: ask, cell } = await podman.get();
    const { archive, digest } = await changedImage(cell.directory, 'oci');
    output(await ask(['load', '-q', '-i', archive]));
    expect(output(await ask(['image', 'inspect', '--format', '{{.Digest}}', NAME])).trim()).toBe(digest);
    expect(await ask(['run', '--rm', NAME, 'sh', '-c', LOOK])).toMatchObject(SEEN);
  });

  it('is one of containerd', async (context) => {
    needs(context, 'containerd', 'overlay');
    const { run: ask, cell } = await containerd.get();
    const { archive, digest } = await changedImage(cell.directory, 'oci');
    output(await ask(['image', 'import', '--local', '--snapshotter', snapshotter(), archive]));
    expect(output(await ask(['image', 'ls', `name==${NAME}`]))).toContain(digest);
    const flags = ['--rm', '--snapshotter', snapshotter(), '--runc-binary', RUNTIME.path];
    expect(await ask(['run', ...flags, NAME, 'changed', 'sh', '-c', heard(LOOK)])).toMatchObject(SEEN);
  });

  it('is one of docker, which wants its own format', async (context) => {
    needs(context, 'docker', 'overlay');
    const { run: ask, cell } = await docker.get();
    const { archive } = await changedImage(cell.directory, 'docker');
    output(await ask(['load', '-q', '-i', archive]));
    expect(await ask(['run', '--rm', '--network', 'none', NAME, 'sh', '-c', LOOK])).toMatchObject(SEEN);
  });

  it.for(['oci', 'docker'] as const)('is one of skopeo, in the format %s', async (format, context) => {
    needs(context, 'skopeo', 'overlay');
    const directory = scratchDirectory(context);
    await makeImage(directory);
    const { archive, digest } = await changedImage(directory, format);
    const source = format === 'oci' ? `oci-archive:${archive}` : `docker-archive:${archive}:${NAME}`;
    const copy = join(directory, 'copy');
    output(await run('skopeo', ['--insecure-policy', 'copy', source, `oci:${copy}:copy`]));
    const { layers } = JSON.parse(output(await run('skopeo', ['inspect', '--raw', `oci:${copy}:copy`]))) as {
      layers: object[];
    };
    expect(layers).toHaveLength(2);
    const found = output(await run('skopeo', ['inspect', '--format', '{{.Digest}}', source])).trim();
    if (format === 'oci') expect(found).toBe(digest);
  });
});
