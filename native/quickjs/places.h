// Where the blocks of an image are to lie: those that commands write to side by side, then those that they read, so
// that a command copies and maps few pages.
#pragma once
#include <span>
#include <vector>

#include "heap.h"
#include "rehearsal.h"

namespace runts::quickjs {

// For these blocks, made once more. The words are of the image in which they lie now.
Places places_of(std::span<char> image, const std::vector<std::span<char>> &blocks, const std::vector<Rehearsal> &rehearsals,
                 const std::vector<bool> &read);

}  // namespace runts::quickjs
