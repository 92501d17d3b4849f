// The heap image: the engine with the evaluated program in it, written to a file while the executable is built and linked into
// it at the address where it was made. A command finds it there, mapped and not read, and only what it touches is copied.
#pragma once
#include <quickjs.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "heap.h"

namespace runts::quickjs {

// Where a process begins.
struct Roots {
  JSRuntime *runtime;
  JSContext *context;
  // Runs a command: a function without arguments that gives a promise of the exit status.
  JSValue command;
};

// True where the executable has an image, and it is its own.
bool has_image();
Roots image_roots();

// Copies at once the pages to which a command of this verb writes beyond those of each command (an empty verb), which costs
// half of what it costs one by one. False for a verb that the image knows nothing of.
bool copy_pages(std::string_view verb);

// For a process that makes an image: the heap goes to the image's address.
void begin_image(const Places &places);

// Where it is until here.
std::span<char> image_memory();

// The heap until here, with its roots.
struct Image {
  std::string bytes;
  // The same where it lies, for a rehearsal that writes to it.
  std::span<char> memory;
};
Image take_image(const Roots &roots);

// Has the image tell which pages they are.
void set_pages(Image &image, std::string_view verb, const std::vector<bool> &pages);

}  // namespace runts::quickjs
