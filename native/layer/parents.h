// The directories that actions lie in. An archive mostly goes through its directories one after the other, so a few are kept open.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "../sys/fd.h"
#include "status.h"

namespace runts::layer {

class Parents {
 public:
  // Of the top directory; not owned.
  explicit Parents(int root) : root_(root) {}

  // Gives the directory at a path, '' for the top. It stays open until several others were opened.
  Status open(std::string_view path, int &out);
  // What lies at a path is going away, and all below it.
  void forget(std::string_view path);

 private:
  struct Entry {
    std::string path;
    Fd directory;
    uint64_t used = 0;
  };
  Entry *find(std::string_view path);
  Entry &oldest();

  int root_;
  uint64_t clock_ = 0;
  std::array<Entry, 12> entries_;
};

// Is a path another, or below it?
inline bool is_within(std::string_view path, std::string_view top) {
  return path.starts_with(top) && (path.size() == top.size() || path[top.size()] == '/' || top.empty());
}

}  // namespace runts::layer
