// What the directories of a layer are to be in the end. Until then each is the maker's alone and has no attributes that what is
// made in it could inherit.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "attributes.h"
#include "parents.h"

namespace runts::layer {

class Directories {
 public:
  bool has(std::string_view path) const { return directories_.contains(path); }
  // One that was opaque stays it.
  void set(std::string_view path, const Attributes &attributes);
  // False where there is none.
  bool set_opaque(std::string_view path);
  // What lies at a path is going away, and all below it.
  void forget(std::string_view path);
  // Gives all their attributes, the deepest first.
  Status finish(Parents &parents, Maker &maker);

 private:
  struct Directory {
    Attributes attributes;
    // Those of the attributes, which live no longer than their action.
    std::string xattrs;
    bool opaque = false;
  };
  static Status finish(int fd, const std::string &path, Directory &directory, Maker &maker);

  std::map<std::string, Directory, std::less<>> directories_;
};

// With which a directory is made.
inline constexpr uint32_t kOwnMode = 0700;

}  // namespace runts::layer
