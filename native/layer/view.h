// The tree of an image as a container will see it, for reading and, where it has a writable layer, for making files in it: an
// overlay that is mounted nowhere and reached by its descriptor alone, so that whiteouts, opaque directories and links mean
// just what the kernel will take them for. Paths count from its root, and no link in it leads out.
#pragma once
#include <string>
#include <string_view>

#include "../core/status.h"
#include "../sys/fd.h"

namespace runts::layer {

// By an encoded plan of one step `overlay`, whose slot means nothing. Nothing can be executed in it and no device opened.
core::Status open_view(std::string_view plan, Fd &out);

// The text of a regular file; EFBIG above `limit` bytes, EINVAL for what is no file, and nothing of it is opened to wait.
core::Status read_in_view(int view, const std::string &path, size_t limit, std::string &out);

// Makes what is missing of a path, owned by root, 0755. The directories above keep their times.
core::Status make_directory_in_view(int view, const std::string &path);

// A file of root's, 0644, in place of whatever is there and is no directory; links are followed on the way to it alone.
core::Status write_in_view(int view, const std::string &path, std::string_view text);

}  // namespace runts::layer
