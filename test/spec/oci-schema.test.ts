/**
 * Our checks against OCI's own JSON schema: on its samples, and on a full config with one place at a time spoilt in
 * a dozen ways, both must come to the same verdict, or differ in a way that is listed here with its reason.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { checkSpec } from '../../src/spec/check.ts';
import { formatProblem } from '../../src/spec/problems.ts';
import { parseJson } from '../../src/spec/json.ts';
import { skip } from '../support/conditions.ts';
import { loadSchema, SCHEMA_NEEDED, schemaDirectory } from '../support/oci-schema.ts';
import type { Validate } from '../support/oci-schema.ts';
import { fullConfig } from './full-config.ts';
import { put } from './samples.ts';

/** What runts refuses and the schema does not: a pattern of our problem, and why. */
const STRICTER: readonly (readonly [RegExp, string])[] = [
  [
    /^\/ociVersion: .* is not (a version|supported)/,
    'the text of the specification wants SemVer; runts knows 1.x',
  ],
  [/^\/root: is required/, 'the text requires root on Linux'],
  [/^\/process\/args: /, 'the text requires one argument'],
  [/^\/process\/args\/0: is empty/, 'no program has an empty name'],
  [
    /^\S+: is empty: expected a string/,
    'paths, names and lists that cannot be empty; the schema has no minLength',
  ],
  [/ is not an absolute path/, 'the text requires it; the schema takes any string'],
  [/^\S*\/env\/\d+: .* has no /, 'environ(7): NAME=value, as in runc'],
  [/too large for (a user id|a group id|an id)/, '2^32 - 1 is no id'],
  [/too large for a umask/, 'a umask has nine bits'],
  [/^\/process\/oomScoreAdj: /, 'proc(5): -1000 to 1000'],
  [/too (large|small) for an I\/O priority|negative, which an I\/O priority/, 'the text: 0 to 7'],
  [/^\/process\/scheduler\//, 'sched_setattr(2)'],
  [/^\/process\/rlimits\/\d+\/soft: .* above the hard limit/, 'setrlimit(2)'],
  [/^\/process\/consoleSize\//, 'a terminal has 16-bit sizes'],
  [
    /^\/(mounts|linux\/[ug]idMappings).*(too small for a number of ids|go beyond the last id|overlap)/,
    'user_namespaces(7)',
  ],
  [
    /^\/linux\/[ug]idMappings: |^\/process\/user\/.* is not mapped/,
    'a new user namespace must map root and the user',
  ],
  [
    /^\/mounts\/\d+\/([ug]idMappings|options\/\d+|source): /,
    'the text: both mappings or none; bind mounts have sources and no data',
  ],
  [/^\/hooks\/.*\/timeout: .* too large/, 'more than 68 years'],
  [
    /^\/linux\/(uidMappings|gidMappings|maskedPaths|readonlyPaths|timeOffsets|netDevices|sysctl)\S*: needs a/,
    'no such namespace',
  ],
  [/^\/(hostname|domainname): .* needs a uts namespace/, 'no such namespace'],
  [/^\/linux\/timeOffsets\/.*\/nanosecs: /, 'time_namespaces(7): below 10^9'],
  [/^\/linux\/devices\/\d+\/(major|minor): /, 'the kernel has 12 and 20 bits; required but for a fifo'],
  [/^\/linux\/resources\/.*\/(major|minor): /, 'the kernel has 12 and 20 bits; -1 is for device rules alone'],
  [/^\/linux\/netDevices\//, 'the kernel takes 15 bytes and one %d'],
  [/^\/linux\/sysctl\//, 'no parameter of a namespace of the container'],
  [/^\/linux\/resources\/devices\/\d+\/(type|access): /, 'the text: a, c, b; letters r, w, m'],
  [
    /^\/linux\/resources\/memory\/.*(-1 is no limit|swappiness|below the memory limit|needs a memory limit)/,
    'the text: -1 for no limit; 0 to 100; swap includes memory',
  ],
  [
    /^\/linux\/resources\/(cpu|pids)\/.*(-1 is no limit|idle setting|above the quota|not a list of numbers)/,
    'the text: -1 for no limit; 0 or 1; burst within quota; lists',
  ],
  [
    /^\/linux\/resources\/blockIO\/.*(too large|too small) for a weight/,
    'cgroup v1 and the text before 1.0: 10 to 1000',
  ],
  [/^\/linux\/resources\/blockIO\/\S+\/rate: is required|sets no (weight|limit)/, 'the text requires it'],
  [
    /^\/linux\/seccomp\/.*(index of an argument|an errno|returns no errno)/,
    'six arguments; 16 bits of data; only two actions return an errno',
  ],
  [/^\/linux\/seccomp\/(listenerMetadata|listenerPath): /, 'the text: no metadata without a path'],
  [
    /^\/linux\/(memoryPolicy\/nodes|memoryPolicy\/mode|memoryPolicy\/flags|personality\/domain): /,
    'set_mempolicy(2); the text requires mode and domain',
  ],
  [/^\/linux\/intelRdt\//, 'the text: no line breaks; a closID is a directory name'],
  [/is not exact/, 'the schema in JavaScript rounds above 2^53'],
];

/** What the schema refuses and runts does not. */
const LOOSER: readonly (readonly [(pointer: string, value: unknown) => boolean, string])[] = [
  [(_, value) => value === null, 'null counts as absent, as in runc and crun, with a warning'],
  [(pointer) => pointer.endsWith('/fileMode'), 'podman adds file type bits'],
  [(pointer) => pointer.startsWith('/linux/resources/pids'), 'the text: optional'],
];

/** Every place of a value as a pointer, but the whole. */
function places(value: unknown, pointer = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const place = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    return [place, ...places(item, place)];
  });
}

const WRONG: readonly unknown[] = [
  ...[undefined, null, true, '', 'text', '/text', 0, 7, -1, 1.5, 600, 70000, 2 ** 32 - 1, 2 ** 32, 2 ** 60],
  ...[[], ['text'], {}, { text: 'text' }],
];

/** Older schemas do not know the newest properties, and so accept anything there. */
function isKnown(pointer: string, schemaText: string): boolean {
  const names = pointer.split('/').filter((key) => /^[a-zA-Z0-9]+$/.test(key) && !/^\d+$|^eth0$/.test(key));
  return names.every((name) => schemaText.includes(`"${name}"`));
}

interface Difference {
  readonly pointer: string;
  readonly value: unknown;
  readonly ours: readonly string[];
}

function isListed({ pointer, value, ours }: Difference): boolean {
  if (ours.length === 0) return LOOSER.some(([accepts]) => accepts(pointer, value));
  return ours.every((line) => STRICTER.some(([pattern]) => pattern.test(line)));
}

function compare(pointer: string, value: unknown, validate: Validate): Difference | undefined {
  const config = JSON.parse(JSON.stringify(fullConfig())) as unknown;
  put(config, pointer, value);
  const checked = checkSpec(config);
  if (checked.ok === validate(config)) return undefined;
  return { pointer, value, ours: checked.ok ? [] : checked.problems.map(formatProblem) };
}

describe(`OCI's schema`, () => {
  beforeEach((context) => {
    if (schemaDirectory === undefined) skip(context, SCHEMA_NEEDED);
  });
  const from = schemaDirectory ?? '';
  const validate: Validate = schemaDirectory === undefined ? () => false : loadSchema(from);

  test('both accept the full config', () => {
    expect(checkSpec(fullConfig())).toMatchObject({ ok: true });
    expect(validate(fullConfig())).toBe(true);
  });

  test('both judge alike a config that is wrong at one place, but for the listed differences', () => {
    const schemaText = readdirSync(from)
      .filter((file) => file.endsWith('.json'))
      .map((file) => readFileSync(join(from, file), 'utf8'))
      .join('\n');
    const judged = places(fullConfig()).filter((pointer) => isKnown(pointer, schemaText));
    expect(judged.length).toBeGreaterThan(200);
    const differences = judged.flatMap((pointer) =>
      WRONG.flatMap((value) => compare(pointer, value, validate) ?? []).filter(
        (difference) => !isListed(difference),
      ),
    );
    expect(differences).toEqual([]);
  });

  const samples = join(from, 'test', 'config');
  describe.skipIf(!existsSync(samples))('its samples (not in the Debian package)', () => {
    const files = !existsSync(samples)
      ? []
      : ['good', 'bad'].flatMap((kind) =>
          readdirSync(join(samples, kind)).map((file) => [kind, file] as const),
        );
    /** Sections of other platforms are ignored, as the specification says of unknown properties. */
    const linux = files.filter(([, file]) => !/^(freebsd|zos)/.test(file));

    test.each(linux)('%s/%s', (kind, file) => {
      const parsed = parseJson(readFileSync(join(samples, kind, file), 'utf8'));
      const checked = parsed.ok ? checkSpec(parsed.value) : undefined;
      if (kind === 'bad') return expect(checked?.ok ?? false).toBe(false);
      const lines = checked === undefined || checked.ok ? [] : checked.problems.map(formatProblem);
      expect(lines.filter((line) => !STRICTER.some(([pattern]) => pattern.test(line)))).toEqual([]);
    });
  });
});
