// The memory of the JavaScript engine: blocks that lie one after the other, in new memory of the process or, while the
// executable is built, where image.h wants them.
#pragma once
#include <quickjs.h>

#include <cstddef>
#include <span>

namespace runts::quickjs {

constexpr size_t kPage = 4096;

// For JS_NewRuntime2. One heap a process, for one thread.
extern const JSMallocFunctions kHeapFunctions;

// Gives out this memory from now on.
void place_heap(std::span<char> memory);
// Where the next new block would lie.
char *end_of_heap();

// How often the engine has asked for a block.
size_t heap_requests();

}  // namespace runts::quickjs
