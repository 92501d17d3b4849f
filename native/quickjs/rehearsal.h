// Usual commands, run on a machine that is made up (src/rehearsal.ts), to learn what of an image they access.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "accesses.h"
#include "image.h"

namespace runts::quickjs {

struct Rehearsal {
  std::string verb;
  // The first write to each page.
  std::vector<size_t> written;
};

struct Play {
  Roots engine;
  // What the program was given to reach the machine.
  JSValue native;
  // The text of a usual config.json.
  std::string config;
};

// Each begins with the image as it is, and leaves it so.
std::vector<Rehearsal> rehearse_all(const Play &play, std::span<char> image);

// What each reads and writes, one after the other: the first access to each page.
std::vector<size_t> all_accesses(const Play &play, std::span<char> image);

}  // namespace runts::quickjs
