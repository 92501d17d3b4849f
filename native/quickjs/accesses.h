// What of memory a piece of work reads and writes.
#pragma once
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace runts::quickjs {

// Accesses are told apart by words of so many bytes.
constexpr size_t kWord = 8;

// One for each word; of an access to several, the first.
struct Accesses {
  std::vector<bool> written;
  // Empty where reading was not watched.
  std::vector<bool> read;
};

enum class Watched { kWrites, kAll };

// What of memory (it begins with a page) is accessed while `play` runs. Where the processor cannot be made to stop behind
// each access, it is the first write to each page. Not for work in which the kernel accesses the memory.
Accesses watch_accesses(std::span<char> memory, Watched watched, const std::function<void()> &play);

}  // namespace runts::quickjs
