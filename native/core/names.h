// The names in an open directory.
#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>

#include "../sys/syscalls.h"

namespace runts::core {

// Calls `take(name, is_directory)` for each but `.` and `..`, until it gives false; 0, or -errno. What a file system does not
// know the type of is no directory.
template <typename Take>
int each_name(int directory, Take take) {
  struct Entry {  // getdents64(2)
    uint64_t inode;
    int64_t next;
    uint16_t size;
    uint8_t type;
    char name[];
  };
  constexpr uint8_t kDirectory = 4;  // DT_DIR
  alignas(Entry) char entries[32768];
  while (true) {
    long size = sys::call(SYS_getdents64, directory, entries, sizeof(entries));
    if (size <= 0) return static_cast<int>(size);
    for (long at = 0; at < size;) {
      auto *entry = reinterpret_cast<const Entry *>(entries + at);
      at += entry->size;
      if (strcmp(entry->name, ".") == 0 || strcmp(entry->name, "..") == 0) continue;
      if (!take(static_cast<const char *>(entry->name), entry->type == kDirectory)) return 0;
    }
  }
}

}  // namespace runts::core
