// NULL-terminated arrays of C strings for execve, over the strings of the plan.
#pragma once
#include <cstddef>
#include <sys/mman.h>

#include "../plan/plan.h"

namespace runts::init {

// Pages of their own, since a plan may hold thousands of strings. nullptr where there is no memory. `extra`
// is put last unless it is null.
inline char **string_array(const plan::List<plan::Str> &list, const char *extra = nullptr) {
  size_t bytes = (static_cast<size_t>(list.size()) + 2) * sizeof(char *);
  void *memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  auto **array = static_cast<char **>(memory);
  size_t count = 0;
  for (const plan::Str &string : list) array[count++] = const_cast<char *>(string.c_str());
  if (extra) array[count++] = const_cast<char *>(extra);
  return array;
}

}  // namespace runts::init
