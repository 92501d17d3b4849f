// The layers below the one that is made, as overlayfs would show them (Documentation/filesystems/overlayfs.rst).
#pragma once
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <vector>

#include "../sys/fd.h"
#include "status.h"

namespace runts::layer {

struct Found {
  // That it lies in; none where nothing was found.
  Fd directory;
  std::string name;
  struct stat status;
  explicit operator bool() const { return static_cast<bool>(directory); }
};

class Lower {
 public:
  // Directories, the topmost first.
  explicit Lower(std::vector<std::string> layers = {}) : layers_(std::move(layers)) {}
  // What lies at a path, '' for the top, in the topmost layer that has it. Whiteouts, opaque directories and what is no directory
  // hide what is below them.
  Status find(std::string_view path, Found &out) const;

 private:
  std::vector<std::string> layers_;
};

}  // namespace runts::layer
