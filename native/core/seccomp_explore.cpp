#include <algorithm>
#include <set>

#include "seccomp_search.h"

namespace runts::core {
namespace {

constexpr uint64_t kAll = 1ull << 32;

// Without `end`.
struct Range {
  uint64_t first, end;
  bool empty() const { return first >= end; }
};

// The calls that come to an instruction, and what the accumulator holds there: the offset of the word in seccomp_data.
struct Visit {
  size_t at = 0;
  uint32_t loaded = sizeof(seccomp_data);
  Range arch{0, kAll}, number{0, kAll};
};

struct Area {
  Range arch, number;
  Verdict verdict;
};

struct Exploration {
  const Program &program;
  std::vector<Visit> open;
  std::vector<Area> areas;
};

Range holds_in(const sock_filter &code) {
  uint64_t value = code.k;
  switch (BPF_OP(code.code)) {
    case BPF_JEQ:
      return {value, value + 1};
    case BPF_JGT:
      return {value + 1, kAll};
    default:
      return {value, kAll};
  }
}

void branch(Exploration &found, const Visit &visit, const sock_filter &code) {
  Range holds = holds_in(code);
  auto go = [&](uint64_t first, uint64_t end, uint8_t offset) {
    Visit next = visit;
    next.at += 1u + offset;
    Range &range = visit.loaded == kSeccompArch ? next.arch : next.number;
    range = {std::max(range.first, first), std::min(range.end, end)};
    if (!range.empty()) found.open.push_back(next);
  };
  go(0, holds.first, code.jf);
  go(holds.first, holds.end, code.jt);
  go(holds.end, kAll, code.jf);
}

bool step(Exploration &found, Visit visit) {
  if (visit.at >= found.program.size()) return false;
  const sock_filter &code = found.program[visit.at];
  auto says = [&](bool by_arguments, size_t value) {
    found.areas.push_back({visit.arch, visit.number, {by_arguments, static_cast<uint32_t>(value)}});
    return true;
  };
  switch (code.code) {
    case BPF_RET | BPF_K:
      return says(false, code.k);
    case BPF_LD | BPF_W | BPF_ABS:
      if (code.k != kSeccompNumber && code.k != kSeccompArch) return says(true, visit.at);
      visit.loaded = code.k;
      visit.at++;
      found.open.push_back(visit);
      return true;
    case BPF_JMP | BPF_JA:
      visit.at += 1ull + code.k;
      found.open.push_back(visit);
      return true;
    case BPF_JMP | BPF_JEQ | BPF_K:
    case BPF_JMP | BPF_JGT | BPF_K:
    case BPF_JMP | BPF_JGE | BPF_K:
      if (visit.loaded != kSeccompNumber && visit.loaded != kSeccompArch) return false;
      branch(found, visit, code);
      return true;
    default:
      return false;
  }
}

// The areas of one architecture never overlap, and leave nothing out.
std::vector<Numbers> numbers_of(const std::vector<Area> &areas, uint64_t arch) {
  std::vector<Numbers> all;
  for (const Area &area : areas) {
    if (area.arch.first <= arch && arch < area.arch.end) {
      all.push_back({static_cast<uint32_t>(area.number.first), area.verdict});
    }
  }
  std::sort(all.begin(), all.end(), [](const Numbers &a, const Numbers &b) { return a.first < b.first; });
  auto repeats = [](const Numbers &a, const Numbers &b) { return a.verdict == b.verdict; };
  all.erase(std::unique(all.begin(), all.end(), repeats), all.end());
  return all;
}

}  // namespace

std::vector<Arch> explore(const Program &program) {
  Exploration found{program, {Visit{}}, {}};
  while (!found.open.empty()) {
    Visit visit = found.open.back();
    found.open.pop_back();
    if (!step(found, visit)) return {};
  }
  std::set<uint64_t> edges = {kAll};
  for (const Area &area : found.areas) edges.insert(area.arch.first);
  std::vector<Arch> arches;
  for (auto edge = edges.begin(); *edge != kAll; edge++) {
    arches.push_back({static_cast<uint32_t>(*edge), static_cast<uint32_t>(*std::next(edge) - 1),
                      numbers_of(found.areas, *edge)});
  }
  return arches;
}

}  // namespace runts::core
