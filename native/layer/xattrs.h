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
// Of what no descriptor can be had for without opening it: a name in the thread's working directory. No link is followed.
Status set_xattrs_here(const char *name, std::string_view xattrs, std::string_view path, Lost &lost);

// What may go from one layer to another, in the form of Attributes: all but those that overlayfs keeps for itself and those that
// a security module gives to each file anew.
Status read_xattrs(int fd, std::string_view path, std::string &out);
Status read_xattrs_here(const char *name, std::string_view path, std::string &out);

inline constexpr const char *kOpaque = "trusted.overlay.opaque";

}  // namespace runts::layer
