// The same filter in fewer instructions: libseccomp compares with each number of a system call; one search over ranges
// of numbers with the same action takes a quarter of that. To load a filter is mostly to translate its instructions.
#pragma once
#include <cstddef>
#include <cstdint>
#include <linux/seccomp.h>
#include <vector>

#include "seccomp.h"

namespace runts::core {

constexpr uint32_t kSeccompNumber = offsetof(seccomp_data, nr);
constexpr uint32_t kSeccompArch = offsetof(seccomp_data, arch);

// What a program says of a call. Not `known` if it holds an instruction that is not understood.
struct Judgement {
  bool known = false;
  bool by_arguments = false;
  uint32_t action = 0;
  bool operator==(const Judgement &) const = default;
};

// seccomp_judge.cpp
Judgement judge(const Program &program, const seccomp_data &call);
// Tried with all numbers and with the edges of all ranges; `by_arguments` is the same, too.
bool judge_the_same(const Program &one, const Program &other, const std::vector<uint32_t> &arches);

// seccomp_explore.cpp: a filter as the table of what it says of each architecture and number.

// From `first` up to the next one's: an action, or where in the program the arguments begin to be looked at.
struct Verdict {
  bool by_arguments;
  uint32_t value;
  auto operator<=>(const Verdict &) const = default;
};
struct Numbers {
  uint32_t first;
  Verdict verdict;
  bool operator==(const Numbers &) const = default;
};
struct Arch {
  uint32_t first, last;
  std::vector<Numbers> numbers;
};
// Covers all architectures in order; empty if the program holds an instruction that is not understood.
std::vector<Arch> explore(const Program &program);

// seccomp_search.cpp: the shorter program; left as it is unless the two are found to judge the same.
void shorten(Program &program);

}  // namespace runts::core
