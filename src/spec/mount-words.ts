/**
 * The mount options that are not a file system's own (config.md#linux-mount-options), by what they mean. Any other word
 * is handed to the file system. Checks, plans and `runts features` are all made from these.
 */

/** What kind of mount it is to be. */
const MOUNT_KINDS = ['bind', 'rbind', 'remount', 'tmpcopyup', 'idmap', 'ridmap'] as const;

export type MountKind = (typeof MOUNT_KINDS)[number];

/**
 * What becomes of a symbolic link at the end of a bind mount's source and of its destination, both of which are followed
 * otherwise; crun's words, the first of which podman gives (`no-dereference`).
 */
export const LINK_WORDS = ['copy-symlink', 'src-nofollow', 'dest-nofollow'] as const;

export type LinkWord = (typeof LINK_WORDS)[number];

/** Each also with `r` before it, for the mounts below too. */
export const MOUNT_PROPAGATIONS = ['private', 'slave', 'shared', 'unbindable'] as const;

/** Attributes that are flags of their own. Each also with `r` before it. */
export const MOUNT_FLAGS = {
  ro: { attribute: 'rdonly', on: true },
  rw: { attribute: 'rdonly', on: false },
  nosuid: { attribute: 'nosuid', on: true },
  suid: { attribute: 'nosuid', on: false },
  nodev: { attribute: 'nodev', on: true },
  dev: { attribute: 'nodev', on: false },
  noexec: { attribute: 'noexec', on: true },
  exec: { attribute: 'noexec', on: false },
  nodiratime: { attribute: 'nodiratime', on: true },
  diratime: { attribute: 'nodiratime', on: false },
  nosymfollow: { attribute: 'nosymfollow', on: true },
  symfollow: { attribute: 'nosymfollow', on: false },
} as const;

/**
 * When files' access times are kept. The kernel has three ways, of which relatime is the usual one: to ask one of
 * the others away is to ask for it (mount(8)). Each also with `r` before it.
 */
export const ACCESS_TIMES = {
  noatime: 'noatime',
  strictatime: 'strictatime',
  relatime: 'relatime',
  atime: 'relatime',
  norelatime: 'relatime',
  nostrictatime: 'relatime',
} as const;

/** Flags of a new file system's superblock, in the words of fsconfig(2). */
export const SUPERBLOCK_FLAGS = {
  sync: { flag: 'sync', on: true },
  async: { flag: 'sync', on: false },
  dirsync: { flag: 'dirsync', on: true },
  lazytime: { flag: 'lazytime', on: true },
  nolazytime: { flag: 'lazytime', on: false },
  mand: { flag: 'mand', on: true },
  nomand: { flag: 'mand', on: false },
} as const;

/**
 * Words that change nothing: `defaults` by definition; `silent` and `loud` because fsconfig(2) reports to its caller
 * and not to the kernel's log; `iversion` because file systems that have it keep it on, and fsconfig(2) has no word.
 */
export const WITHOUT_EFFECT = ['defaults', 'silent', 'loud', 'iversion', 'noiversion'] as const;

const RECURSIVE = [...MOUNT_PROPAGATIONS, ...Object.keys(MOUNT_FLAGS), ...Object.keys(ACCESS_TIMES)];

/** All of these words. */
export const MOUNT_OPTIONS: readonly string[] = [
  ...MOUNT_KINDS,
  ...LINK_WORDS,
  ...RECURSIVE.flatMap((word) => [word, `r${word}`]),
  ...Object.keys(SUPERBLOCK_FLAGS),
  ...WITHOUT_EFFECT,
];
