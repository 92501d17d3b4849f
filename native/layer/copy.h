// Copies what a lower layer has, as overlayfs's copy-up.
#pragma once
#include "attributes.h"
#include "lower.h"

namespace runts::layer {

// Attributes of something found, with extended attributes that are owned here.
class FoundAttributes {
 public:
  Status read(const Found &found, std::string_view path);
  const Attributes &get() const { return attributes_; }

 private:
  Attributes attributes_;
  std::string xattrs_;
};

// Makes it anew at a name that is free: a file with its content and its holes, a link, a device or a fifo. EISDIR for a directory.
Status copy_found(const Found &found, int parent, const char *name, std::string_view path, Maker &maker);

}  // namespace runts::layer
