// What of memory a piece of work reads and writes.
#pragma once
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace runts::quickjs {

enum class Access { kWrite, kAny };

// The first access to each page of memory (it begins with one) while `play` runs: how far from the beginning, in the order
// in which they came. Not for work in which the kernel accesses it.
std::vector<size_t> first_accesses(std::span<char> memory, Access access, const std::function<void()> &play);

}  // namespace runts::quickjs
