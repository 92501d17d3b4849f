#include "places.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <tuple>

namespace runts::quickjs {
namespace {

struct Live {
  uint32_t number;
  uint32_t size;
  // A bit for each rehearsal that writes to it.
  uint32_t writers;
  bool read;
};

bool any(const std::vector<bool> &words, size_t begin, size_t end) {
  auto from = words.begin() + static_cast<ptrdiff_t>(begin / kWord), to = words.begin() + static_cast<ptrdiff_t>(end / kWord);
  return std::find(from, to, true) != to;
}

uint32_t writers_of(const std::vector<Rehearsal> &rehearsals, size_t begin, size_t end) {
  uint32_t writers = 0;
  for (size_t i = 0; i < rehearsals.size(); i++)
    writers |= static_cast<uint32_t>(any(rehearsals[i].written, begin, end)) << i;
  return writers;
}

}  // namespace

Places places_of(std::span<char> image, const std::vector<std::span<char>> &blocks,
                 const std::vector<Rehearsal> &rehearsals, const std::vector<bool> &read) {
  std::vector<Live> all;
  for (uint32_t number = 0; number < blocks.size(); number++) {
    std::span<char> block = blocks[number];
    if (block.empty()) continue;
    auto begin = static_cast<size_t>(block.data() - image.data()), end = begin + block.size();
    all.push_back({number, static_cast<uint32_t>(block.size()), writers_of(rehearsals, begin, end), any(read, begin, end)});
  }
  // What more commands write to comes first, and what the same ones write to stays together.
  std::ranges::stable_sort(all, std::greater(), [](const Live &live) {
    return std::tuple(std::popcount(live.writers), live.writers, live.read);
  });
  Places places(blocks.size(), kNowhere);
  uint32_t next = 0;
  for (const Live &live : all) {
    places[live.number] = next;
    next += live.size;
  }
  return places;
}

}  // namespace runts::quickjs
