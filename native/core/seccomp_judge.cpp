#include <cstring>
#include <linux/seccomp.h>
#include <set>

#include "seccomp_search.h"

namespace runts::core {
namespace {

constexpr uint32_t kX32Bit = 0x40000000;
// Above the number of every system call.
constexpr uint32_t kNumbers = 2048;

uint32_t word_at(const seccomp_data &call, uint32_t offset) {
  uint32_t word;
  memcpy(&word, reinterpret_cast<const char *>(&call) + offset, sizeof(word));
  return word;
}

bool holds(const sock_filter &code, uint32_t value) {
  switch (BPF_OP(code.code)) {
    case BPF_JEQ:
      return value == code.k;
    case BPF_JGT:
      return value > code.k;
    case BPF_JGE:
      return value >= code.k;
    default:
      return (value & code.k) != 0;
  }
}

// All the six arguments the same.
seccomp_data call_of(uint32_t arch, uint32_t number, uint64_t argument) {
  seccomp_data call{};
  call.arch = arch;
  call.nr = static_cast<int>(number);
  for (auto &each : call.args) each = argument;
  return call;
}

void add_edges(std::set<uint32_t> &values, const sock_filter &code) {
  if (BPF_CLASS(code.code) == BPF_JMP) values.insert({code.k - 1, code.k, code.k + 1});
}

std::set<uint32_t> numbers_to_try(const Program &program) {
  std::set<uint32_t> numbers;
  for (uint32_t number = 0; number < kNumbers; number++) numbers.insert({number, number | kX32Bit});
  for (const sock_filter &code : program) add_edges(numbers, code);
  return numbers;
}

std::set<uint32_t> words_to_try(const Program &program) {
  std::set<uint32_t> words = {0, ~0u};
  bool of_argument = false;
  for (const sock_filter &code : program) {
    if (BPF_CLASS(code.code) == BPF_LD) of_argument = code.k > kSeccompArch;
    if (of_argument) add_edges(words, code);
  }
  return words;
}

bool same(const Program &one, const Program &other, uint32_t arch, uint32_t number,
          const std::set<uint32_t> &words) {
  Judgement judgement = judge(one, call_of(arch, number, 0));
  if (!judgement.known || !(judgement == judge(other, call_of(arch, number, 0)))) return false;
  if (!judgement.by_arguments) return true;
  for (uint64_t word : words) {
    for (uint64_t argument : {word, word << 32, word << 32 | word}) {
      seccomp_data call = call_of(arch, number, argument);
      if (!(judge(one, call) == judge(other, call))) return false;
    }
  }
  return true;
}

}  // namespace

Judgement judge(const Program &program, const seccomp_data &call) {
  Judgement judgement;
  uint32_t value = 0;
  for (size_t at = 0; at < program.size(); at++) {
    const sock_filter &code = program[at];
    switch (code.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        if (code.k > sizeof(call) - sizeof(value)) return judgement;
        if (code.k > kSeccompArch) judgement.by_arguments = true;
        value = word_at(call, code.k);
        break;
      case BPF_ALU | BPF_AND | BPF_K:
        value &= code.k;
        break;
      case BPF_JMP | BPF_JA:
        at += code.k;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
      case BPF_JMP | BPF_JGT | BPF_K:
      case BPF_JMP | BPF_JGE | BPF_K:
      case BPF_JMP | BPF_JSET | BPF_K:
        at += holds(code, value) ? code.jt : code.jf;
        break;
      case BPF_RET | BPF_K:
        judgement.known = true;
        judgement.action = code.k;
        return judgement;
      default:
        return judgement;
    }
  }
  return judgement;
}

bool judge_the_same(const Program &one, const Program &other, const std::vector<uint32_t> &arches) {
  std::set<uint32_t> numbers = numbers_to_try(one), words = words_to_try(other);
  for (uint32_t arch : arches) {
    for (uint32_t number : numbers) {
      if (!same(one, other, arch, number, words)) return false;
    }
  }
  return true;
}

}  // namespace runts::core
