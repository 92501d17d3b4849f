#include "seccomp_search.h"

#include <algorithm>
#include <map>
#include <optional>
#include <seccomp.h>
#include <set>

namespace runts::core {
namespace {

// A conditional jump passes 255 instructions; two such places may each need one more between.
constexpr size_t kReach = 250;

// Compared one by one, before a search is worth its instructions.
constexpr ptrdiff_t kExceptions = 2;

// Where each range of numbers with the same action begins, but for single ones with another: a comparison for each of
// those is half of what two more ranges take. The last is the end.
std::vector<const Numbers *> groups_of(const std::vector<Numbers> &numbers) {
  std::vector<const Numbers *> groups;
  const Numbers *end = numbers.data() + numbers.size();
  for (const Numbers *next = numbers.data(); next != end;) {
    const Numbers *begin = next++;
    groups.push_back(begin);
    auto goes_on = [&] { return next[0].first + 1 == next[1].first && next[1].verdict == begin->verdict; };
    while (end - next >= 2 && next - begin < 2 * kExceptions && goes_on()) next += 2;
  }
  groups.push_back(end);
  return groups;
}

// Writes from the last instruction to the first, as jumps go forward only. A place is the count of instructions from
// there to the end.
class Writer {
 public:
  size_t add(uint16_t code, uint32_t value, size_t if_true = 0, size_t if_false = 0) {
    uint8_t jt = if_true ? static_cast<uint8_t>(distance(if_true)) : 0;
    uint8_t jf = if_false ? static_cast<uint8_t>(distance(if_false)) : 0;
    reversed_.push_back({code, jt, jf, value});
    return reversed_.size();
  }
  size_t distance(size_t place) const { return reversed_.size() - place; }

  size_t near(size_t place) {
    if (distance(place) <= kReach) return place;
    return add(BPF_JMP | BPF_JA, static_cast<uint32_t>(distance(place)));
  }

  size_t verdict(Verdict verdict) {
    auto known = places_.find(verdict);
    if (known != places_.end() && distance(known->second) <= kReach) return known->second;
    return places_[verdict] = verdict.by_arguments ? near(known->second) : add(BPF_RET | BPF_K, verdict.value);
  }

  // Of code that looks at arguments, as libseccomp wrote it, without what lies between.
  void copy(const Program &program, const std::set<size_t> &wanted);
  size_t except(const Numbers *begin, const Numbers *end);
  size_t search(const Numbers *const *begin, const Numbers *const *end);
  // Of a number that is still to be loaded.
  size_t judge_number(const std::vector<Numbers> &numbers);
  Program finish() { return {reversed_.rbegin(), reversed_.rend()}; }

 private:
  Program reversed_;
  std::map<Verdict, size_t> places_;
};

void Writer::copy(const Program &program, const std::set<size_t> &wanted) {
  std::map<size_t, size_t> places;
  for (auto at = wanted.rbegin(); at != wanted.rend(); at++) {
    const sock_filter &code = program[*at];
    size_t place = 0;
    if (code.code == (BPF_JMP | BPF_JA)) {
      place = add(code.code, static_cast<uint32_t>(distance(places[*at + 1 + code.k])));
    } else if (BPF_CLASS(code.code) == BPF_JMP) {
      place = add(code.code, code.k, places[*at + 1 + code.jt], places[*at + 1 + code.jf]);
    } else {
      place = add(code.code, code.k);
    }
    places[*at] = place;
    if (code.code == (BPF_RET | BPF_K)) places_[{false, code.k}] = place;
    if (code.code == (BPF_LD | BPF_W | BPF_ABS)) places_[{true, static_cast<uint32_t>(*at)}] = place;
  }
}

size_t Writer::except(const Numbers *begin, const Numbers *end) {
  size_t place = verdict(begin->verdict);
  for (const Numbers *one = begin + 1; one < end; one += 2) {
    size_t action = verdict(one->verdict);
    place = near(place);
    place = add(BPF_JMP | BPF_JEQ | BPF_K, one->first, action, place);
  }
  return place;
}

size_t Writer::search(const Numbers *const *begin, const Numbers *const *end) {
  if (end - begin == 1) return except(begin[0], begin[1]);
  const Numbers *const *middle = begin + (end - begin) / 2;
  size_t high = search(middle, end);
  size_t low = search(begin, middle);
  high = near(high);
  return add(BPF_JMP | BPF_JGE | BPF_K, (*middle)->first, high, near(low));
}

size_t Writer::judge_number(const std::vector<Numbers> &numbers) {
  std::vector<const Numbers *> groups = groups_of(numbers);
  size_t first = search(groups.data(), &groups.back());
  return numbers.size() == 1 ? first : add(BPF_LD | BPF_W | BPF_ABS, kSeccompNumber);
}

// All instructions that can run from those at which arguments begin to be looked at; none if one is not understood.
std::optional<std::set<size_t>> argument_code(const Program &program, const std::vector<Arch> &arches) {
  std::set<size_t> wanted;
  for (const Arch &arch : arches) {
    for (const Numbers &numbers : arch.numbers) {
      if (numbers.verdict.by_arguments) wanted.insert(numbers.verdict.value);
    }
  }
  for (size_t at : wanted) {
    if (at >= program.size()) return std::nullopt;
    const sock_filter &code = program[at];
    bool loads = code.code == (BPF_LD | BPF_W | BPF_ABS) || code.code == (BPF_ALU | BPF_AND | BPF_K);
    if (loads) {
      wanted.insert(at + 1);
    } else if (code.code == (BPF_JMP | BPF_JA)) {
      wanted.insert(at + 1 + code.k);
    } else if (BPF_CLASS(code.code) == BPF_JMP && BPF_SRC(code.code) == BPF_K) {
      wanted.insert({at + 1 + code.jt, at + 1 + code.jf});
    } else if (code.code != (BPF_RET | BPF_K)) {
      return std::nullopt;
    }
  }
  return wanted;
}

// The architectures that the filter does not name must all be judged alike: they come last.
std::optional<Program> rewrite(const Program &program, std::vector<Arch> arches) {
  auto named = std::stable_partition(arches.begin(), arches.end(), [](const Arch &a) { return a.first != a.last; });
  auto differs = [&](const Arch &arch) { return arch.numbers != arches.front().numbers; };
  if (named == arches.begin() || std::any_of(arches.begin(), named, differs)) return std::nullopt;
  std::optional<std::set<size_t>> arguments = argument_code(program, arches);
  if (!arguments) return std::nullopt;
  uint32_t native = seccomp_arch_native();
  std::stable_partition(named, arches.end(), [&](const Arch &arch) { return arch.first != native; });

  Writer writer;
  writer.copy(program, *arguments);
  size_t next = writer.judge_number(arches.front().numbers);
  for (auto arch = named; arch != arches.end(); arch++) {
    size_t numbers = writer.judge_number(arch->numbers);
    next = writer.near(next);
    next = writer.add(BPF_JMP | BPF_JEQ | BPF_K, arch->first, writer.near(numbers), next);
  }
  writer.add(BPF_LD | BPF_W | BPF_ABS, kSeccompArch);
  return writer.finish();
}

}  // namespace

void shorten(Program &program) {
  std::vector<Arch> arches = explore(program);
  if (arches.empty()) return;
  std::optional<Program> shorter = rewrite(program, arches);
  if (!shorter || shorter->size() >= program.size()) return;
  std::vector<uint32_t> tried;
  for (const Arch &arch : arches) tried.insert(tried.end(), {arch.first, arch.last});
  if (judge_the_same(program, *shorter, tried)) program = std::move(*shorter);
}

}  // namespace runts::core
