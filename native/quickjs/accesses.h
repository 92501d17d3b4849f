// What of memory a piece of work reads and writes.
#pragma once
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace runts::quickjs {

// Accesses are told apart by words of so many bytes; of one to several, the first is known.
constexpr size_t kWord = 8;

enum class Watched {
  // The first write to each page.
  kPages,
  // All writes; the processor stops behind each. Where it cannot, the same as kPages.
  kWrites,
  // Reads and writes: of each word most likely one, as a few pages at a time are not watched.
  kMost,
};

// Which words of memory (it begins with a page) are accessed while `play` runs. Not for work in which the kernel accesses
// them.
std::vector<bool> words_accessed(std::span<char> memory, Watched watched, const std::function<void()> &play);

}  // namespace runts::quickjs
