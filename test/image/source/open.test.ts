import { readSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { RuntsError } from '../../../src/errors.ts';
import { layerFunctions } from '../../../src/image/native.ts';
import { parseLocation } from '../../../src/image/source/location.ts';
import { openSource } from '../../../src/image/source/open.ts';
import type { BlobPlace, Platform, SourceImage } from '../../../src/image/types.ts';
import { openSync, unlinkSync } from 'node:fs';
import {
  AMD64,
  archiveOf,
  blobName,
  descriptorOf,
  dockerOf,
  entryOf,
  imageOf,
  INDEX_TYPE,
  layerOf,
  layoutOf,
  MANIFEST_TYPE,
  OCI,
  scratch,
  writeFiles,
} from '../../support/image.ts';
import type { ImageChange, TestImage } from '../../support/image.ts';

const ARM64: Platform = { os: 'linux', architecture: 'arm64' };

const small = (change: ImageChange = {}): TestImage =>
  imageOf([layerOf({ 'etc/hostname': 'a' }), layerOf({ 'etc/motd': 'b' }, 'none')], change);

type Files = Record<string, string | Buffer>;

const directoryWith = (context: TestContext, files: Files): string => {
  const directory = scratch(context);
  writeFiles(directory, files);
  return directory;
};

const fileWith = (context: TestContext, bytes: Buffer): string => {
  const path = join(scratch(context), 'image.tar');
  writeFileSync(path, bytes);
  return path;
};

async function open(
  context: TestContext,
  source: string,
  { ref, platform = AMD64, limit = 2 ** 30 }: { ref?: string; platform?: Platform; limit?: number } = {},
): Promise<readonly SourceImage[]> {
  const directory = scratch(context);
  const file = (): number => {
    const path = join(directory, 'spool');
    const descriptor = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    return descriptor;
  };
  const opened = await openSource(
    parseLocation(source, ref),
    { platform },
    { file, limit, native: layerFunctions() },
  );
  context.onTestFinished(() => opened.close());
  return opened.images;
}

async function refusal(...args: Parameters<typeof open>): Promise<string> {
  const error = await open(...args).then(
    () => expect.unreachable('it was taken'),
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(RuntsError);
  const { message, details } = error as RuntsError;
  return details.hint === undefined ? message : `${message} (${details.hint})`;
}

function bytesAt({ descriptor, offset, size }: BlobPlace): Buffer {
  const bytes = Buffer.alloc(size);
  expect(readSync(descriptor, bytes, 0, size, offset)).toBe(size);
  return bytes;
}

function expectImage([found]: readonly SourceImage[], image: TestImage, names: readonly string[]): void {
  expect(found?.names).toEqual(names);
  expect(Buffer.from(found!.configBytes)).toEqual(image.config);
  expect(found?.layers.map(({ diffId }) => diffId)).toEqual(image.layers.map(({ diffId }) => diffId));
  expect(found?.layers.map(({ compression }) => compression)).toEqual(
    image.layers.map(({ compression }) => compression),
  );
  expect(found?.layers.map(({ place }) => bytesAt(place))).toEqual(image.layers.map(({ blob }) => blob));
}

describe('a source is', () => {
  const image = small();
  const layout = layoutOf([{ image, name: 'web' }]);
  const docker = dockerOf(image, ['web:latest']);

  it('a layout in a directory', async (context) => {
    expectImage(await open(context, directoryWith(context, layout)), image, ['web']);
  });

  it('a layout in an archive', async (context) => {
    expectImage(await open(context, fileWith(context, archiveOf(layout))), image, ['web']);
  });

  it('a layout in an archive that is packed as a whole', async (context) => {
    expectImage(await open(context, fileWith(context, gzipSync(archiveOf(layout)))), image, ['web']);
  });

  it('what docker save writes', async (context) => {
    expectImage(await open(context, fileWith(context, archiveOf(docker))), image, ['web:latest']);
  });

  it('both at once, of which the layout knows digests', async (context) => {
    const [found] = await open(context, fileWith(context, archiveOf({ ...docker, ...layout })));
    expect(Buffer.from(found!.manifestBytes!)).toEqual(image.manifest);
    const [other] = await open(
      context,
      `docker-archive:${fileWith(context, archiveOf({ ...docker, ...layout }))}`,
    );
    expect(other?.manifestBytes).toBeUndefined();
  });

  it('nothing else', async (context) => {
    expect(await refusal(context, directoryWith(context, { 'a.txt': 'a' }))).toContain(
      'holds no image: neither oci-layout nor manifest.json is there',
    );
    expect(await refusal(context, fileWith(context, Buffer.alloc(1024, 'x')))).toContain('checksum');
    expect(await refusal(context, '/does/not/exist')).toContain('no such file');
    expect(await refusal(context, '/dev/null')).toContain('no regular file');
  });
});
