#include "parents.h"

#include <algorithm>

#include "../sys/beneath.h"

namespace runts::layer {

Parents::Entry *Parents::find(std::string_view path) {
  for (Entry &entry : entries_) {
    if (entry.directory && entry.path == path) return &entry;
  }
  return nullptr;
}

Parents::Entry &Parents::oldest() {
  return *std::min_element(entries_.begin(), entries_.end(),
                           [](const Entry &a, const Entry &b) { return a.used < b.used; });
}

Status Parents::open(std::string_view path, int &out) {
  out = root_;
  if (path.empty()) return done();
  Entry *known = find(path);
  // From the nearest that is open.
  size_t begin = 0;
  for (size_t slash = path.rfind('/'); !known && slash != path.npos && slash > 0; slash = path.rfind('/', slash - 1)) {
    Entry *above = find(path.substr(0, slash));
    if (!above) continue;
    out = above->directory.get();
    above->used = ++clock_;
    begin = slash + 1;
    break;
  }
  if (!known) {
    std::string whole(path);
    Fd directory(sys::open_beneath(out, whole.c_str() + begin, O_RDONLY | O_DIRECTORY));
    if (!directory) return failed_at("openat2", out, path.substr(begin));
    known = &oldest();
    known->path = std::move(whole);
    known->directory = std::move(directory);
  }
  known->used = ++clock_;
  out = known->directory.get();
  return done();
}

void Parents::forget(std::string_view path) {
  for (Entry &entry : entries_) {
    if (!entry.directory || !is_within(entry.path, path)) continue;
    entry.directory.reset();
    entry.used = 0;
  }
}

}  // namespace runts::layer
