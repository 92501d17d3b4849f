// Extended attributes.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "status.h"

namespace runts::layer {

// What a file system does not take is left out, and counted.
struct Lost {
  uint64_t count = 0;
  // Of the first.
  std::string path;
  std::string xattr;
};

// `xattrs` as Attributes has them.
Status set_xattrs(int fd, std::string_view xattrs, std::string_view path, Lost &lost);
// Of what cannot be opened: a name in the thread's working directory. No link is followed.
Status set_xattrs_here(const char *name, std::string_view xattrs, std::string_view path, Lost &lost);

enum class Which {
  kAll,
  // All but those that overlayfs keeps for itself, and those that a security module gives to each file anew.
  kCopied,
};
// In the form of Attributes, in the order of their names; nothing where the file system has none. Of a name in the thread's working
// directory, with the links that it may be or not.
Status read_xattrs_here(const char *name, bool follow, Which which, std::string_view path, std::string &out);

inline constexpr const char *kOpaque = "trusted.overlay.opaque";

}  // namespace runts::layer
