#include "image.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <sys/mman.h>

// Of image.S, or of blank.S.
extern "C" char runts_image_begin[], runts_image_end[];
// The linker's: where code and data end.
extern "C" char etext, edata;

namespace runts::quickjs {
namespace {

constexpr uint64_t kMagic = 0x7061656873746e72;
constexpr size_t kMostRuns = 64;
constexpr size_t kMostVerbs = 16;

struct Run {
  uint16_t first;
  uint16_t count;
};

// The pages of a verb, in order.
struct Pages {
  char verb[15];
  bool known;
  uint64_t count;
  Run runs[kMostRuns];
};

// Lies at the beginning of an image, and is itself part of it.
struct alignas(16) Header {
  uint64_t magic;
  // The executable that made it has the same code and data at the same addresses, or it is not this one's.
  const char *code_end;
  const char *data_end;
  Roots roots;
  Pages pages[kMostVerbs];
};

const Header &header() { return *reinterpret_cast<const Header *>(runts_image_begin); }

// One call of the kernel for each. To copy pages that lie between them would cost more than the calls.
std::vector<Run> runs_of(const std::vector<bool> &pages) {
  std::vector<Run> runs;
  for (uint16_t page = 0; page < pages.size(); page++) {
    if (!pages[page]) continue;
    if (runs.empty() || page > runs.back().first + runs.back().count) runs.push_back({page, 0});
    runs.back().count++;
  }
  return runs;
}

const Pages *pages_of(std::string_view verb) {
  for (const Pages &pages : header().pages) {
    if (pages.known && verb == pages.verb) return &pages;
  }
  return nullptr;
}

}  // namespace

bool has_image() {
  return header().magic == kMagic && header().code_end == &etext && header().data_end == &edata;
}

Roots image_roots() { return header().roots; }

bool copy_pages(std::string_view verb) {
  const Pages *pages = pages_of(verb);
  if (!pages) return false;
  for (const Run &run : std::span(pages->runs, pages->count))
    madvise(runts_image_begin + run.first * kPage, run.count * kPage, MADV_POPULATE_WRITE);
  return true;
}

void begin_image(const Places &places) { begin_image_heap({runts_image_begin + sizeof(Header), runts_image_end}, places); }

std::span<char> image_memory() {
  char *end = runts_image_begin + sizeof(Header);
  for (std::span<char> block : image_blocks()) end = std::max(end, block.data() + block.size());
  return {runts_image_begin, end};
}

Image take_image(const Roots &roots) {
  std::span<char> memory = image_memory();
  Image image{{memory.data(), memory.size()}, memory};
  new (image.bytes.data()) Header{kMagic, &etext, &edata, roots, {}};
  return image;
}

void set_pages(Image &image, std::string_view verb, const std::vector<bool> &pages) {
  std::span all(reinterpret_cast<Header *>(image.bytes.data())->pages);
  auto free = std::find_if(all.begin(), all.end(), [](const Pages &one) { return !one.known; });
  if (free == all.end() || verb.size() >= sizeof(free->verb)) return;
  free->known = true;
  verb.copy(free->verb, verb.size());
  for (const Run &run : runs_of(pages)) {
    if (free->count < kMostRuns) free->runs[free->count++] = run;
  }
}

}  // namespace runts::quickjs
