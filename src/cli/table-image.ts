import type { Flag } from './flags.ts';
import type { Group } from './verb.ts';

/** The rows of images, whose code runs in Node alone. */

const one = { min: 1, max: 1 } as const;
const two = { min: 2, max: 2 } as const;
const none = { min: 0, max: 0 } as const;
const any = { min: 0, max: Number.POSITIVE_INFINITY } as const;
const many = { min: 1, max: Number.POSITIVE_INFINITY } as const;

const STORE: Flag = {
  name: 'store',
  kind: 'text',
  value: 'DIR',
  about: 'directory of images and their layers; /var/lib/runts by default',
};
const JSON_OUTPUT: Flag = { name: 'json', kind: 'bool', about: 'print the result as JSON' };
const NO_PROGRESS: Flag = { name: 'quiet', short: 'q', kind: 'bool', about: 'show no progress' };
const COMMON = [STORE, JSON_OUTPUT] as const;

function limit(name: string, about: string): Flag {
  return { name, kind: 'integer', value: 'N', about };
}

/** Of src/image/layer/budget.ts. */
const BUDGET: readonly Flag[] = [
  limit('max-layer-bytes', 'most bytes that one layer may unpack to; 64 GiB by default'),
  limit('max-layer-entries', 'most entries of one layer; 1,000,000 by default'),
  limit('max-depth', 'most components of a path; 256 by default'),
  limit('max-name-bytes', 'most bytes of all names of one layer; 256 MiB by default'),
  limit('max-xattr-bytes', 'most bytes of the extended attributes of one entry; 256 KiB by default'),
  limit('max-ratio', 'most bytes unpacked for each packed one, beyond 256 MiB; 250 by default'),
];

/** Of the container of an image. */
const CONTAINER: readonly Flag[] = [
  {
    name: 'user',
    short: 'u',
    kind: 'text',
    value: 'USER[:GROUP]',
    about: 'who runs the program of the image: names of the image, or numbers',
  },
  {
    name: 'env',
    short: 'e',
    kind: 'texts',
    value: 'NAME=VALUE',
    about: 'set a variable over those of the image',
  },
  { name: 'read-only', kind: 'bool', about: 'give the container of the image no writable layer' },
  {
    name: 'userns',
    kind: 'text',
    value: 'UID[:GID[:SIZE]]',
    about:
      'give it a user namespace, whose ids from 0 are those of the host from UID and GID; SIZE is 65536 by default',
  },
  { name: 'tty', short: 't', kind: 'bool', about: 'give the program of the image a terminal' },
];

/** What `run` takes for a container of an image. */
export const RUN_IMAGE_FLAGS: readonly Flag[] = [
  { name: 'image', kind: 'text', value: 'IMAGE', about: 'make the container from an image of the store' },
  {
    name: 'name',
    kind: 'text',
    value: 'ID',
    about: 'with --image: the id of the container; one is made up by default',
  },
  ...CONTAINER,
  STORE,
];

export const IMAGE: Group = {
  name: 'image',
  about: 'load, list, save and change images, and make bundles of them',
  details: [
    'docs/images.md tells of images. They are read and unpacked by Node, also for the standalone executable.',
  ],
  verbs: [
    {
      name: 'image load',
      about: 'read an image, verify it and unpack its layers into the store',
      usage: '<source>',
      details: [
        'The source is an OCI image layout (a directory or a tar archive) or what `docker save` writes: a path, of which the kind is',
        'found out, or oci:DIR[:REF], oci-archive:FILE[:REF], docker-archive:FILE[:NAME], or - for standard input.',
      ],
      arguments: one,
      flags: [
        {
          name: 'name',
          kind: 'text',
          value: 'NAME',
          about: 'name of the image in the store, in place of its own',
        },
        { name: 'ref', kind: 'text', value: 'REF', about: 'which image of the source, where it has several' },
        {
          name: 'platform',
          kind: 'text',
          value: 'OS/ARCH[/VARIANT]',
          about: 'which image of an index; that of this machine by default',
        },
        ...COMMON,
        NO_PROGRESS,
        ...BUDGET,
      ],
    },
    {
      name: 'image list',
      about: 'list the images of the store',
      usage: '',
      arguments: none,
      flags: [...COMMON, { name: 'quiet', short: 'q', kind: 'bool', about: 'print names only' }],
    },
    {
      name: 'image inspect',
      about: 'print what an image has: its platform, process, layers and history',
      usage: '<image>',
      arguments: one,
      flags: COMMON,
    },
    {
      name: 'image remove',
      about: 'remove names of images, and what nothing else uses of them',
      usage: '<image>...',
      arguments: many,
      flags: COMMON,
    },
    {
      name: 'image prune',
      about: 'remove all that neither a name nor a container nor a bundle uses',
      usage: '',
      arguments: none,
      flags: COMMON,
    },
    {
      name: 'image verify',
      about: 'compare blobs and unpacked layers of images (of all by default) with their digests',
      usage: '[image...]',
      details: ['The exit status is 1 where something is missing or altered.'],
      arguments: any,
      flags: [...COMMON, NO_PROGRESS],
    },
    {
      name: 'image bundle',
      about: 'write a bundle whose container runs an image',
      usage: '<image> <dir>',
      details: ['The layers of the image stay in the store, which keeps them for as long as DIR is there.'],
      arguments: two,
      flags: [...CONTAINER, ...COMMON],
    },
    {
      name: 'image save',
      about: 'write an image as an OCI image layout that other tools load',
      usage: '<image> <file|dir>',
      details: [
        'A directory gets a layout in files; any other name a tar archive of one, - standard output. Digests are those of the image that was',
        'loaded, and the bytes of an archive are always the same.',
      ],
      arguments: two,
      flags: [
        {
          name: 'format',
          kind: 'text',
          value: 'FORMAT',
          choices: ['oci', 'docker'],
          about: 'oci (the default), or docker for an archive that docker loads, too',
        },
        ...COMMON,
        NO_PROGRESS,
      ],
    },
    {
      name: 'image diff',
      about: 'list what a container has added (A), modified (M) and deleted (D) in the files of its image',
      usage: '<container-id|bundle>',
      arguments: one,
      flags: [JSON_OUTPUT],
    },
    {
      name: 'image commit',
      about: 'make an image of another one and what a container has changed in it',
      usage: '<container-id|bundle> <name>',
      details: [
        'The processes of the container are paused meanwhile. With the same changes and --created (or SOURCE_DATE_EPOCH in the',
        'environment) the image always has the same digest.',
      ],
      arguments: two,
      flags: [
        { name: 'author', kind: 'text', value: 'TEXT', about: 'author of the image' },
        {
          name: 'change',
          short: 'c',
          kind: 'texts',
          value: 'INSTRUCTION',
          about:
            'change what the image runs, as an instruction of a Dockerfile does: CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, ...',
        },
        {
          name: 'message',
          short: 'm',
          kind: 'text',
          value: 'TEXT',
          about: 'comment in the history of the image',
        },
        {
          name: 'created',
          kind: 'text',
          value: 'TIME',
          about: 'when the image was made, as 2026-01-31T12:00:00Z; now by default',
        },
        { name: 'no-pause', kind: 'bool', about: 'do not pause the processes of the container' },
        ...COMMON,
        NO_PROGRESS,
        ...BUDGET,
      ],
    },
  ],
};
