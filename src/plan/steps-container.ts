import { DEVICE_TYPE, MOUNT_ATTRIBUTE, NAMESPACE, PROPAGATION, SOURCE_LINK } from './numbers.ts';
import type { StepSide, StepDefinition } from './wire.ts';

const init: readonly StepSide[] = ['init'];

const propagation = { choice: PROPAGATION } as const;
const attributes = { flags: MOUNT_ATTRIBUTE } as const;

/** What init does to make the container around itself: namespaces and mounts. */
export const CONTAINER_STEPS = {
  // ---- namespaces, seen from the process itself
  join: {
    on: init,
    about: 'setns on a slot: a namespace file or a pidfd',
    fields: { slot: 'u32', namespaces: { flags: NAMESPACE } },
  },
  unshare: { on: init, about: 'unshare(2)', fields: { namespaces: { flags: NAMESPACE } } },
  'become-root': {
    on: init,
    about:
      'setgroups to none where allowed and not to be kept, setresgid and setresuid to 0 of the user namespace',
    fields: { keepGroups: 'bool' },
  },
  'root-directory': {
    on: init,
    about:
      'make the directory of the root the working directory while its path can be reached: a new mount namespace takes it along, a user namespace may have no way there',
    fields: { path: 'str' },
  },
  'time-offsets': {
    on: init,
    about: 'write timens_offsets of the time namespace that children will have',
    fields: {
      monotonicSeconds: 'i64',
      monotonicNanoseconds: 'u32',
      boottimeSeconds: 'i64',
      boottimeNanoseconds: 'u32',
    },
  },
  fork: {
    on: init,
    about:
      'go on with the plan in a child (clone3 with CLONE_PARENT and the named new namespaces); the stage process exits',
    fields: { namespaces: { flags: NAMESPACE } },
  },
  'session-keyring': {
    on: init,
    about: 'join a new session keyring and let its possessor search it',
    fields: { name: 'str' },
  },
  loopback: { on: init, about: 'set the interface lo up', fields: {} },
  hostname: { on: init, about: 'sethostname(2)', fields: { name: 'str' } },
  domainname: { on: init, about: 'setdomainname(2)', fields: { name: 'str' } },

  // ---- mounts; all are made detached, given all their flags, and attached below the root descriptor
  procfs: {
    on: init,
    about:
      'a private detached procfs of the pid namespace for sysctls, labels and /proc/self/fd; never attached',
    fields: {},
  },
  'mount-propagation': {
    on: init,
    about: 'change the propagation of the whole mount tree of the new mount namespace',
    fields: { propagation, recursive: 'bool' },
  },
  root: {
    on: init,
    about:
      'attach the root file system over its own directory: a recursive clone of path, or the mount in slot; it becomes the root descriptor',
    fields: {
      path: 'str',
      slot: 'u32',
      /** True: there is no mount namespace to change, path is only opened (then pivot is a chroot). */
      inPlace: 'bool',
      /** True: in place, but the mount there is the container's own, so that more may be attached below. */
      own: 'bool',
      /** True: the directory is the working directory, where root-directory went; path only names it. */
      reached: 'bool',
      /** Propagation given before to the mount that path lies on, so that nothing attached below reaches the host. */
      parent: propagation,
    },
  },
  mount: {
    on: init,
    about:
      'a new file system instance (fsopen, fsconfig, fsmount) attached at target, or where the kernel lets nobody here make one (EPERM) a read-only recursive clone of `otherwise`; the target is created if missing',
    fields: {
      type: 'str',
      source: 'str',
      target: 'str',
      /** `key=value` or `key`. */
      options: 'strs',
      attributes,
      propagation,
      propagationRecursive: 'bool',
      /** Copy what target holds into the new file system (tmpcopyup). */
      copyUp: 'bool',
      /** Take mode of an existing target (tmpfs without mode=). */
      inheritMode: 'bool',
      /** Where the mount is kept for a mount-attributes that comes later; 0: nowhere. */
      keep: 'u32',
      /** Target may lie on a procfs; otherwise only another procfs may be attached there, over its root. */
      onProc: 'bool',
      /** Directory of the host with the like, whose whole tree gets the attributes then; empty: none. */
      otherwise: 'str',
    },
  },
  bind: {
    on: init,
    about:
      'a clone of source (or of the tree in slot) with all its attributes set, attached at target; the target is created as the source is: a file or a directory',
    fields: {
      source: 'str',
      slot: 'u32',
      target: 'str',
      recursive: 'bool',
      set: attributes,
      clear: attributes,
      /** Cleared as well where the kernel lets it: on EPERM (locked by another user namespace) tried without. */
      clearUnlessLocked: attributes,
      recursiveSet: attributes,
      recursiveClear: attributes,
      propagation,
      propagationRecursive: 'bool',
      /** A symbolic link at the end of source is followed, made anew at target, or attached itself. */
      sourceLink: { choice: SOURCE_LINK },
      /** A symbolic link at target is covered; otherwise followed. */
      coverLink: 'bool',
      /** File system type that source must have (`proc` for a bind on /proc); empty: any. */
      requireType: 'str',
      /** As with mount. */
      onProc: 'bool',
    },
  },
  'mount-attributes': {
    on: init,
    about: 'mount_setattr of what is mounted at target (remount), or of the mount that is kept in a slot',
    fields: { target: 'str', slot: 'u32', recursive: 'bool', set: attributes, clear: attributes },
  },
  reconfigure: {
    on: init,
    about: 'change options of the file system that is mounted at target (fspick, fsconfig): a remount',
    fields: { target: 'str', options: 'strs' },
  },
  unmount: {
    on: init,
    about: 'detach what is mounted at a path, whose last component is no symbolic link',
    fields: { path: 'str' },
  },
  'file-label': {
    on: init,
    about: 'the SELinux label of a directory, for a file system that takes no context option',
    fields: { target: 'str', label: 'str' },
  },
  device: {
    on: init,
    about:
      'make a device node, which no symbolic link in /dev leads astray; an existing node must be the same; bind: attach the host node of the same path instead (user namespaces)',
    fields: {
      path: 'str',
      type: { choice: DEVICE_TYPE },
      major: 'u32',
      minor: 'u32',
      mode: 'u32',
      uid: 'u32',
      gid: 'u32',
      bind: 'bool',
      /** Bind: the node that device-node has made; 0: the host's of the same path. */
      slot: 'u32',
    },
  },
  symlink: {
    on: init,
    about: 'make a symbolic link; an existing entry is kept or (not a directory) replaced',
    fields: { path: 'str', target: 'str', replace: 'bool' },
  },
  'cwd-create': {
    on: init,
    about: 'mkdir -p of the working directory below the root, owned by uid and gid',
    fields: { path: 'str' },
  },
  mask: {
    on: init,
    about:
      'cover a file with the null device or a directory with an empty read-only tmpfs; a missing path is fine',
    fields: {
      path: 'str',
      /** SELinux context of the tmpfs; empty: none. */
      context: 'str',
    },
  },
  'readonly-path': {
    on: init,
    about: 'a read-only recursive clone of path over itself; a missing path is fine',
    fields: { path: 'str' },
  },
  console: {
    on: init,
    about:
      'a new terminal of the container (devpts), its master sent over the slot (the socket of connect), or to the host if slot is 0; it becomes stdio, controlling terminal and /dev/console',
    fields: { slot: 'u32', width: 'u32', height: 'u32', mount: 'bool', path: 'str' },
  },
  'root-readonly': { on: init, about: 'mount_setattr(MOUNT_ATTR_RDONLY) of the root descriptor', fields: {} },
  pivot: {
    on: init,
    about:
      'make the root descriptor the root: pivot_root and detach of the old root, or MS_MOVE and chroot, or chroot alone',
    fields: { how: { choice: { pivot: 0, move: 1, chroot: 2 } } },
  },
  'root-propagation': {
    on: init,
    about: 'propagation of the new root',
    fields: { propagation, recursive: 'bool' },
  },
} as const satisfies Record<string, StepDefinition>;
