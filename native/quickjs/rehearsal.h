// To what memory a piece of work writes.
#pragma once
#include <functional>
#include <span>
#include <vector>

namespace runts::quickjs {

// Which of the pages of memory (it begins with one) are written to while `play` runs. Not for work in which the kernel
// writes there.
std::vector<bool> pages_written(std::span<char> memory, const std::function<void()> &play);

}  // namespace runts::quickjs
