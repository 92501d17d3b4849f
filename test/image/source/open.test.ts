import { execFileSync } from 'node:child_process';
import { openSync, readSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { RuntsError } from '../../../src/errors.ts';
import { layerFunctions } from '../../../src/image/native.ts';
import { parseLocation } from '../../../src/image/source/location.ts';
import { openSource } from '../../../src/image/source/open.ts';
import type { BlobPlace, Platform, SourceImage } from '../../../src/image/types.ts';
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
    { file, limit, unpackedLimit: () => limit, native: layerFunctions() },
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

const refused = async (context: TestContext, change: ImageChange): Promise<string> =>
  refusal(context, directoryWith(context, layoutOf([{ image: small(change) }])));

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

describe('the image of several is', () => {
  const [one, two] = [small({ config: { author: 'one' } }), small({ config: { author: 'two' } })];
  const both = layoutOf([
    { image: one, name: 'one' },
    { image: two, name: 'two' },
  ]);

  it('each, under its name', async (context) => {
    const images = await open(context, directoryWith(context, both));
    expect(images.map(({ names, config }) => [names, config.author])).toEqual([
      [['one'], 'one'],
      [['two'], 'two'],
    ]);
  });

  it('the one that is named, after the path or beside it', async (context) => {
    const directory = directoryWith(context, both);
    expectImage(await open(context, `oci:${directory}:two`), two, ['two']);
    expectImage(await open(context, directory, { ref: 'one' }), one, ['one']);
    expect(await refusal(context, directory, { ref: 'three' })).toBe(
      `${directory}: has no image "three": there is one, two`,
    );
  });

  it('one with two names', async (context) => {
    const files = layoutOf([
      { image: one, name: 'a' },
      { image: one, name: 'b' },
    ]);
    expectImage(await open(context, directoryWith(context, files)), one, ['a', 'b']);
  });

  it('a named one of an archive of docker', async (context) => {
    const path = fileWith(context, archiveOf(dockerOf(one, ['a:latest', 'b:2'])));
    expectImage(await open(context, `docker-archive:${path}`), one, ['a:latest', 'b:2']);
    expectImage(await open(context, `docker-archive:${path}:a`), one, ['a:latest']);
    expectImage(await open(context, `docker-archive:${path}:b:2`), one, ['b:2']);
    expect(await refusal(context, path, { ref: 'c' })).toContain('has no image "c": there is a:latest, b:2');
  });
});

describe('the platform', () => {
  const arm = small({ platform: ARM64 });
  const amd = small();
  const entries = [
    { image: arm, says: true },
    { image: amd, says: true },
  ] as const;

  it('is chosen by the index', async (context) => {
    const directory = directoryWith(context, layoutOf(entries));
    expectImage(await open(context, directory), amd, []);
    expectImage(await open(context, directory, { platform: ARM64 }), arm, []);
    const platform = { os: 'linux', architecture: 's390x' };
    expect(await refusal(context, directory, { platform })).toBe(
      `${directory}: has no image for linux/s390x: there is linux/arm64, linux/amd64 (choose one with --platform)`,
    );
  });

  it('is chosen by configs where the index does not say', async (context) => {
    const directory = directoryWith(context, layoutOf([{ image: arm }, { image: amd }]));
    expectImage(await open(context, directory), amd, []);
  });

  it('is found in an index of an index', async (context) => {
    const inner = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: entries.map(entryOf) }));
    const index = [descriptorOf(inner, INDEX_TYPE)];
    const files = layoutOf(entries, { index, blobs: [inner] });
    expectImage(await open(context, directoryWith(context, files)), amd, []);
  });

  it('is none for attestations', async (context) => {
    const unknown = { os: 'unknown', architecture: 'unknown' };
    const attestation = descriptorOf(Buffer.from('{}'), MANIFEST_TYPE, { platform: unknown });
    const files = layoutOf(entries, { index: [attestation, ...entries.map(entryOf)] });
    expectImage(await open(context, directoryWith(context, files)), amd, []);
  });

  it('is that of the config, whatever the index says', async (context) => {
    const entry = { ...entryOf({ image: arm }), platform: AMD64 };
    const directory = directoryWith(context, layoutOf([{ image: arm }], { index: [entry] }));
    expect(await refusal(context, directory)).toContain(
      'is for linux/amd64 as the index says, for linux/arm64 by its config',
    );
  });

  it('counts for archives of docker too', async (context) => {
    const path = fileWith(context, archiveOf(dockerOf(arm, ['a:1'])));
    expect(await refusal(context, path)).toContain('has no image for linux/amd64: there is linux/arm64');
  });
});

describe('refused is a layout', () => {
  const image = small();
  const layout = layoutOf([{ image, name: 'web' }]);
  const [first] = image.layers;
  const layer = blobName(first!.blob);

  it('without a blob', async (context) => {
    const directory = directoryWith(context, layout);
    rmSync(join(directory, layer));
    expect(await refusal(context, directory)).toBe(
      `${directory}: layer 1: blob ${layer.replace('blobs/sha256/', 'sha256:')}: is not there (copy the image again)`,
    );
  });

  it('with a blob of another size', async (context) => {
    const directory = directoryWith(context, { ...layout, [layer]: Buffer.alloc(7) });
    expect(await refusal(context, directory)).toContain(
      `has 7 bytes, its descriptor says ${first!.blob.length}`,
    );
  });

  it('with an altered config', async (context) => {
    const altered = Buffer.from(image.config.toString().replace('amd64', 'AMD64'));
    const directory = directoryWith(context, { ...layout, [blobName(image.config)]: altered });
    expect(await refusal(context, directory)).toContain('has been altered: its digest is sha256:');
  });

  it('with a blob that leads elsewhere', async (context) => {
    const directory = directoryWith(context, layout);
    rmSync(join(directory, layer));
    symlinkSync('/etc/passwd', join(directory, layer));
    expect(await refusal(context, directory)).toContain('is a symbolic link, which is not followed');
  });

  it('whose blobs lie elsewhere', async (context) => {
    const directory = directoryWith(context, layout);
    const elsewhere = join(scratch(context), 'blobs');
    renameSync(join(directory, 'blobs'), elsewhere);
    symlinkSync(elsewhere, join(directory, 'blobs'));
    expect(await refusal(context, directory)).toContain('blobs is no directory');
  });

  it('of another version', async (context) => {
    const other = Buffer.from('{"imageLayoutVersion":"2.0.0"}');
    expect(await refusal(context, directoryWith(context, { ...layout, 'oci-layout': other }))).toContain(
      '"2.0.0"',
    );
  });

  it('with a truncated archive', async (context) => {
    const archive = archiveOf(layout);
    expect(await refusal(context, fileWith(context, archive.subarray(0, archive.length - 12_000)))).toMatch(
      /ends after \d+ of \d+ bytes|ends within/,
    );
    const packed = gzipSync(archive);
    expect(await refusal(context, fileWith(context, packed.subarray(0, packed.length - 20)))).toContain(
      'cannot be unpacked as gzip',
    );
  });

  it('whose unpacked archive is larger than it may be', async (context) => {
    const path = fileWith(context, gzipSync(archiveOf(layout)));
    expect(await refusal(context, path, { limit: 4096 })).toContain('has more than 4096 bytes');
  });
});

describe('refused is a manifest', () => {
  it.for<readonly [string, object, string]>([
    ['that is an index too (CVE-2021-41190)', { manifests: [] }, 'is an index and a manifest at once'],
    ['of another type than its descriptor says', { mediaType: INDEX_TYPE }, `says that it is ${INDEX_TYPE}`],
    ['of schema 1', { schemaVersion: 1 }, 'schema 1'],
    ['of another version', { schemaVersion: 3 }, 'schemaVersion'],
    ['without layers', { layers: undefined }, 'layers: is required'],
    ['with fewer layers than diff ids', { layers: [] }, 'has diff ids of 2 layers, the image 0'],
  ])('%s', async ([, manifest, message], context) => {
    expect(await refused(context, { manifest })).toContain(message);
  });

  it('of an artifact', async (context) => {
    const config = descriptorOf(Buffer.from('{}'), 'application/vnd.oci.empty.v1+json');
    expect(await refused(context, { manifest: { config } })).toContain('is of no image that could run');
  });

  it('with layers of an unknown type', async (context) => {
    const layer = descriptorOf(Buffer.from('x'), `${OCI}.layer.v1.tar+xz`);
    expect(await refused(context, { manifest: { layers: [layer, layer] } })).toContain('layer.v1.tar+xz');
  });

  it('with a digest of another algorithm', async (context) => {
    const layer = {
      ...descriptorOf(Buffer.from('x'), `${OCI}.layer.v1.tar`),
      digest: `sha512:${'0'.repeat(128)}`,
    };
    expect(await refused(context, { manifest: { layers: [layer, layer] } })).toContain(
      'is of another algorithm',
    );
  });

  it('whose config has a property twice', async (context) => {
    const image = small();
    const text = image.config.toString().replace('{', '{"os":"windows",');
    const config = Buffer.from(text);
    const descriptor = descriptorOf(config, `${OCI}.config.v1+json`);
    const { manifest } = small({ manifest: { config: descriptor } });
    const files = layoutOf([{ image: { ...image, config, manifest } }]);
    expect(await refusal(context, directoryWith(context, files))).toContain('the key "os" is there twice');
  });
});

describe('an archive of docker', () => {
  const image = small();
  const docker = dockerOf(image, ['web:1']);

  it('may have one layer for several images, by links', async (context) => {
    const directory = directoryWith(context, docker);
    const first = Object.keys(docker).find((name) => name.endsWith('layer.tar'));
    const elsewhere = join(directory, 'shared');
    renameSync(join(directory, first!), elsewhere);
    symlinkSync('../shared', join(directory, first!));
    const path = join(scratch(context), 'links.tar');
    execFileSync('tar', ['--create', '--file', path, '--directory', directory, '.']);
    expectImage(await open(context, path), image, ['web:1']);
  });

  it('may have no link that leads out of it, or round', async (context) => {
    const first = Object.keys(docker).find((name) => name.endsWith('layer.tar'));
    for (const target of ['/etc/passwd', '../../../etc/passwd', 'layer.tar']) {
      const directory = directoryWith(context, docker);
      rmSync(join(directory, first!));
      symlinkSync(target, join(directory, first!));
      const path = join(scratch(context), 'links.tar');
      execFileSync('tar', ['--create', '--file', path, '--directory', directory, '.']);
      expect(await refusal(context, path)).toContain(`layer 1: ${first} is not there`);
    }
  });

  it('has configs that are named by their digests', async (context) => {
    const config = Object.keys(docker).find((name) => /^[0-9a-f]{64}\.json$/.test(name));
    const altered = { ...docker, [config!]: Buffer.from(`${image.config.toString()} `) };
    expect(await refusal(context, fileWith(context, archiveOf(altered)))).toContain('has been altered');
  });
});
