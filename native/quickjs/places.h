// Where the blocks of an image are to lie: those that commands write to side by side, then those that they read, so
// that a command copies and maps few pages.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "heap.h"
#include "rehearsal.h"

namespace runts::quickjs {

struct Layout {
  Places places;
  // Room before the blocks that no command accesses, for those that one turns out to access: from here to there.
  uint32_t room = 0;
  uint32_t unused = 0;
};

// For these blocks, made once more. What was accessed is told by how far it was from the beginning of the memory in which
// each block now has pages of its own.
Layout lay_out(std::span<char> memory, const Blocks &blocks, const std::vector<Rehearsal> &rehearsals,
               const std::vector<size_t> &read);

// Moves the blocks that were accessed to the room; false where there is nothing to be moved, or no room any more.
bool move_accessed(Layout &layout, std::span<char> memory, const Blocks &blocks, const std::vector<size_t> &accesses);

}  // namespace runts::quickjs
