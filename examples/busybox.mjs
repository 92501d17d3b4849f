// busybox.mjs — the root file system of the examples: one directory with a shell and the usual programs, which all of their
// containers read and none can write.
import { fileURLToPath } from 'node:url';

export const busybox = fileURLToPath(new URL('../bundles/busybox/rootfs', import.meta.url));

/** An id that no other run of an example has at the same time. */
export const unique = (name) => `${name}-${process.pid}`;
