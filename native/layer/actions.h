// What is to be done in a layer, as src/image/layer/encode.ts writes it, read where it lies.
#pragma once
#include <cstdint>
#include <ctime>
#include <string_view>

#include "bytes.h"

namespace runts::layer {

// The numbers are those of src/image/layer/encode.ts.
enum class Kind : uint8_t {
  kDirectory = 1,
  kImply,
  kFile,
  kSymlink,
  kHardlink,
  kCopyUp,
  kDevice,
  kFifo,
  kWhiteout,
  kOpaque,
  kRemove,
  kContent,
};

// A path within a layer: relative, without empty components, `.`, `..` and NUL. C strings from any place of it.
struct Path : std::string_view {
  using std::string_view::string_view;
  Path() = default;
  explicit Path(std::string_view text) : std::string_view(text) {}
  std::string_view parent() const {
    size_t slash = rfind('/');
    return slash == npos ? std::string_view() : substr(0, slash);
  }
  // The last component.
  const char *name() const {
    size_t slash = rfind('/');
    return data() + (slash == npos ? 0 : slash + 1);
  }
};

// Names and values as read_xattr() takes them one after the other.
struct Attributes {
  uint32_t mode = 0;
  uint32_t uid = 0;
  uint32_t gid = 0;
  timespec mtime{};
  std::string_view xattrs;
};

struct Xattr {
  std::string_view name;
  std::string_view value;
};
// False at the end.
bool read_xattr(Bytes &from, Xattr &out);

struct Extent {
  uint64_t offset;
  uint64_t length;
};

// Where content lies.
struct Content {
  uint32_t chunk;
  uint32_t offset;
  uint32_t length;
};

// Which of the fields have a meaning is said by the kind.
struct Action {
  Kind kind;
  Path path;
  // The path of a hard link's other name; of a symbolic link any text.
  Path target;
  Attributes attributes;
  uint64_t size;
  // Of a file: pairs of numbers as in Extent, within its size, in order.
  std::string_view extents;
  bool is_block;
  uint32_t major, minor;
  Content content;
};

// False where the bytes are no action.
bool read_action(Bytes &from, Action &out);

}  // namespace runts::layer
