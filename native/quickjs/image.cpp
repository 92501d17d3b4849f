#include "image.h"

#include <cstdint>
#include <cstring>
#include <sys/mman.h>

#include "heap.h"

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

// Lies at the beginning of an image, and is itself part of it.
struct alignas(16) Header {
  uint64_t magic;
  // The executable that made it has the same code and data at the same addresses, or it is not this one's.
  const char *code_end;
  const char *data_end;
  Roots roots;
  uint64_t run_count;
  // Pages, in order.
  Run runs[kMostRuns];
};

const Header &header() { return *reinterpret_cast<const Header *>(runts_image_begin); }

// One call of the kernel for pages with no more than one other between them.
std::vector<Run> runs_of(const std::vector<bool> &pages) {
  std::vector<Run> runs;
  for (uint32_t page = 0; page < pages.size(); page++) {
    if (!pages[page]) continue;
    if (runs.empty() || page > runs.back().first + runs.back().count + 1) runs.push_back({page, 0});
    runs.back().count = page + 1 - runs.back().first;
  }
  return runs;
}

}  // namespace

bool has_image() {
  return header().magic == kMagic && header().code_end == &etext && header().data_end == &edata;
}

Roots image_roots() { return header().roots; }

void copy_usual_pages() {
  for (uint64_t i = 0; i < header().run_count; i++) {
    const Run &run = header().runs[i];
    madvise(runts_image_begin + run.first * kPage, run.count * kPage, MADV_POPULATE_WRITE);
  }
}

void begin_image() { place_heap({runts_image_begin + sizeof(Header), runts_image_end}); }

Image take_image(const Roots &roots) {
  std::span<char> memory(runts_image_begin, end_of_heap());
  Image image{{memory.data(), memory.size()}, memory};
  new (image.bytes.data()) Header{kMagic, &etext, &edata, roots, 0, {}};
  return image;
}

void set_usual_pages(Image &image, const std::vector<bool> &pages) {
  auto *header = reinterpret_cast<Header *>(image.bytes.data());
  for (const Run &run : runs_of(pages)) {
    if (header->run_count < kMostRuns) header->runs[header->run_count++] = run;
  }
}

}  // namespace runts::quickjs
