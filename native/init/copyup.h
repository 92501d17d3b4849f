// Copies a directory tree into a new file system, on descriptors.
#pragma once
#include "context.h"

namespace runts::init {

// What of the top directory itself is copied.
struct CopyRoot {
  bool owner = true;
  bool mode = true;
};

// Files, directories, links, devices and fifos with owners, modes and times; extended attributes where they
// can be had; sockets are left out, and what the mount that they lie on denies: devices (nodev), setuid and setgid bits
// and capabilities of files (nosuid). ELOOP below a depth of 64 directories.
Result copy_tree(Context &context, int from, int to, const CopyRoot &root);

}  // namespace runts::init
