// Work that leaves nothing behind in this process but its answer.
#pragma once
#include <functional>
#include <string>
#include <vector>

namespace runts::quickjs {

// What `work` gives in a copy of this process; where that dies or calls exit, this one ends as well.
std::string in_child(const std::function<std::string()> &work);

// The same of numbers.
template <typename Number, typename Work>
std::vector<Number> numbers_in_child(Work work) {
  std::string bytes = in_child([&] {
    std::vector<Number> numbers = work();
    return std::string(reinterpret_cast<const char *>(numbers.data()), numbers.size() * sizeof(Number));
  });
  std::vector<Number> numbers(bytes.size() / sizeof(Number));
  bytes.copy(reinterpret_cast<char *>(numbers.data()), bytes.size());
  return numbers;
}

}  // namespace runts::quickjs
