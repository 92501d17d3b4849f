#include "places.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <tuple>

namespace runts::quickjs {
namespace {

constexpr uint32_t kRoom = 64 << 10;
constexpr uint32_t kNever = UINT32_MAX;

// Finds blocks by what lies in them.
class Map {
 public:
  Map(std::span<char> memory, const Blocks &blocks) : memory_(memory) {
    for (uint32_t number = 0; number < blocks.size(); number++)
      if (!blocks[number].empty()) all_.push_back({number, blocks[number]});
    std::ranges::sort(all_, {}, [](const Entry &entry) { return entry.block.data(); });
  }

  std::optional<uint32_t> find(size_t offset) const {
    const char *address = memory_.data() + offset;
    auto after = std::ranges::upper_bound(all_, address, {}, [](const Entry &entry) { return entry.block.data(); });
    if (after == all_.begin()) return std::nullopt;
    const Entry &entry = *std::prev(after);
    if (address >= entry.block.data() + entry.block.size()) return std::nullopt;
    return entry.number;
  }

 private:
  struct Entry {
    uint32_t number;
    std::span<char> block;
  };
  std::span<char> memory_;
  std::vector<Entry> all_;
};

struct Use {
  // A bit for each rehearsal that writes to it.
  uint32_t writers = 0;
  // When it was read for the first time.
  uint32_t turn = kNever;
  bool is_none() const { return !writers && turn == kNever; }
};

std::vector<Use> uses_of(const Map &map, size_t blocks, const std::vector<Rehearsal> &rehearsals, const std::vector<size_t> &read) {
  std::vector<Use> uses(blocks);
  for (size_t i = 0; i < rehearsals.size(); i++)
    for (size_t offset : rehearsals[i].written)
      if (auto number = map.find(offset)) uses[*number].writers |= uint32_t{1} << i;
  for (uint32_t turn = 0; turn < read.size(); turn++)
    if (auto number = map.find(read[turn])) uses[*number].turn = std::min(uses[*number].turn, turn);
  return uses;
}

// What more commands write to comes first, and what the same ones write to stays together; then what is read, in its order.
std::vector<uint32_t> in_order(const Blocks &blocks, const std::vector<Use> &uses) {
  std::vector<uint32_t> numbers;
  for (uint32_t number = 0; number < blocks.size(); number++)
    if (!blocks[number].empty()) numbers.push_back(number);
  std::ranges::stable_sort(numbers, {}, [&](uint32_t number) {
    const Use &use = uses[number];
    return std::tuple(-std::popcount(use.writers), ~use.writers, use.turn);
  });
  return numbers;
}

}  // namespace

Layout lay_out(std::span<char> memory, const Blocks &blocks, const std::vector<Rehearsal> &rehearsals,
               const std::vector<size_t> &read) {
  std::vector<Use> uses = uses_of(Map(memory, blocks), blocks.size(), rehearsals, read);
  Layout layout{Places(blocks.size(), kNowhere)};
  uint32_t next = 0;
  for (uint32_t number : in_order(blocks, uses)) {
    if (uses[number].is_none() && !layout.unused) {
      layout.room = next;
      layout.unused = next += kRoom;
    }
    layout.places[number] = next;
    next += static_cast<uint32_t>(blocks[number].size());
  }
  return layout;
}

bool move_accessed(Layout &layout, std::span<char> memory, const Blocks &blocks, const std::vector<size_t> &accesses) {
  Map map(memory, blocks);
  bool moved = false;
  for (size_t offset : accesses) {
    std::optional<uint32_t> number = map.find(offset);
    if (!number || layout.places[*number] < layout.unused) continue;
    auto size = static_cast<uint32_t>(blocks[*number].size());
    if (size > layout.unused - layout.room) continue;
    layout.places[*number] = layout.room;
    layout.room += size;
    moved = true;
  }
  return moved;
}

}  // namespace runts::quickjs
