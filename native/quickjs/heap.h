// The memory of the JavaScript engine: blocks that lie one after the other, in new memory of the process or, while the
// executable is built, where image.h wants them.
#pragma once
#include <quickjs.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace runts::quickjs {

constexpr size_t kPage = 4096;

// For JS_NewRuntime2. One heap a process, for one thread.
extern const JSMallocFunctions kHeapFunctions;

// Where blocks of an image lie, by their numbers: the distance from its beginning, or nowhere in it.
using Places = std::vector<uint32_t>;
constexpr uint32_t kNowhere = UINT32_MAX;

// From now on blocks are numbered in the order in which they are asked for. Each gets its place in memory, where nothing
// else will lie; one that has none is outside. Without any places, each has pages of its own there.
void begin_image_heap(std::span<char> memory, const Places &places);
// The blocks so far, by their numbers; empty for those that are outside or not in use any more.
using Blocks = std::vector<std::span<char>>;
Blocks image_blocks();

}  // namespace runts::quickjs
