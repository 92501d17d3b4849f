// The memory of the JavaScript engine: blocks that lie one after the other from a fixed address. While the executable is
// built they are filled with the engine and the evaluated program and written to a file, the image, which is linked into
// the executable at that same address: a command finds it there, mapped and not read, and only what it touches is copied.
#pragma once
#include <quickjs.h>

#include <cstddef>
#include <span>

namespace runts::quickjs {

// For JS_NewRuntime2. One heap a process, for one thread.
extern const JSMallocFunctions kHeapFunctions;

// Where a process begins: the engine, and in it
struct Roots {
  JSRuntime *runtime;
  JSContext *context;
  // Runs a command: a function without arguments that gives a promise of the exit status.
  JSValue command;
};

// True where the executable has an image; its roots are then those of the program.
bool has_image();
Roots &roots();

// For a process that makes an image: memory is given out at the image's address.
void begin_image();

// How often the engine has asked for a block.
size_t heap_requests();

// Everything that was allocated since, with the roots; nothing may be allocated after it.
std::span<const char> finish_image();

}  // namespace runts::quickjs
