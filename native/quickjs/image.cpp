#include "image.h"

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
constexpr size_t kMostRuns = 256;

struct Run {
  uint32_t first;
  uint32_t count;
};

// In order.
struct Runs {
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
  Runs pages[2];  // by Usual
};

const Header &header() { return *reinterpret_cast<const Header *>(runts_image_begin); }

// One call of the kernel for each. To copy pages that lie between them would cost more than the calls.
std::vector<Run> runs_of(const std::vector<bool> &pages) {
  std::vector<Run> runs;
  for (uint32_t page = 0; page < pages.size(); page++) {
    if (!pages[page]) continue;
    if (runs.empty() || page > runs.back().first + runs.back().count) runs.push_back({page, 0});
    runs.back().count = page + 1 - runs.back().first;
  }
  return runs;
}

}  // namespace

bool has_image() {
  return header().magic == kMagic && header().code_end == &etext && header().data_end == &edata;
}

Roots image_roots() { return header().roots; }

void copy_pages(Usual kind) {
  const Runs &pages = header().pages[static_cast<int>(kind)];
  for (uint64_t i = 0; i < pages.count; i++) {
    const Run &run = pages.runs[i];
    madvise(runts_image_begin + run.first * kPage, run.count * kPage, MADV_POPULATE_WRITE);
  }
}

void begin_image() { place_heap({runts_image_begin + sizeof(Header), runts_image_end}); }

Image take_image(const Roots &roots) {
  std::span<char> memory(runts_image_begin, end_of_heap());
  Image image{{memory.data(), memory.size()}, memory};
  new (image.bytes.data()) Header{kMagic, &etext, &edata, roots, {}};
  return image;
}

void set_pages(Image &image, Usual kind, const std::vector<bool> &pages) {
  Runs &known = reinterpret_cast<Header *>(image.bytes.data())->pages[static_cast<int>(kind)];
  for (const Run &run : runs_of(pages)) {
    if (known.count < kMostRuns) known.runs[known.count++] = run;
  }
}

}  // namespace runts::quickjs
