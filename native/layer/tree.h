// Reads a tree that programs may be changing meanwhile, such as a container's upper layer. Whatever they do, nothing outside of it is
// reached or opened, no symbolic link is followed, and no device, fifo or socket is opened.
#pragma once
#include <optional>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "../sys/fd.h"
#include "status.h"

namespace runts::layer {

// All of the same inode.
struct TreeEntry {
  // The last component of its path.
  std::string name;
  struct stat status;
  // Of a symbolic link.
  std::string target;
  // In the form of Attributes.
  std::string xattrs;
};

// Functions that read change the working directory, which must be the thread's own (worker.h). A path is relative, '' the top.
class Tree {
 public:
  Status open(const std::string &directory);
  // Nothing where there is nothing, or something on the way is no directory.
  Status entry_at(const std::string &path, std::optional<TreeEntry> &out) const;
  // By the order of the names; of what is no directory, or not there any more, nothing.
  Status entries_of(const std::string &path, std::vector<TreeEntry> &out) const;
  // A regular file, for reading; ESTALE where there is none with these numbers.
  Status open_file(const std::string &path, dev_t device, ino_t inode, Fd &out) const;

 private:
  Status read_entry(const Fd &entry, const std::string &path, TreeEntry &out) const;

  Fd top_;
  Fd descriptors_;
};

}  // namespace runts::layer
