#include "heap.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <new>
#include <sys/mman.h>

namespace runts::quickjs {
namespace {

constexpr size_t kMost = size_t{1} << 40;
// What a process takes from the kernel at a time, and how much of that is made ready in one go, which costs half of what
// it costs page by page.
constexpr size_t kRegion = size_t{1} << 20;
constexpr size_t kReady = size_t{32} << 10;

// Blocks lie at multiples of 8 with their class in front: 512 classes of 8 bytes more each, then four for each power of two.
constexpr size_t kUnit = 8;
constexpr unsigned kExactClasses = 512;
constexpr unsigned kClasses = kExactClasses + 4 * 40;

struct Block {
  uint32_t size_class;
  // Of an image's block.
  uint32_t number;
};
struct Free {
  Free *next;
};

size_t size_of_class(unsigned index) {
  if (index < kExactClasses) return (index + 1) * kUnit;
  unsigned step = index - kExactClasses;
  size_t base = (kExactClasses * kUnit) << (step / 4);
  return base + base / 4 * (step % 4 + 1);
}

unsigned class_of_size(size_t size) {
  size_t units = (size + kUnit - 1) / kUnit;
  if (units <= kExactClasses) return units == 0 ? 0 : static_cast<unsigned>(units - 1);
  size_t over = size - 1;
  auto power = static_cast<unsigned>(std::bit_width(over / (kExactClasses * kUnit)) - 1);
  size_t base = (kExactClasses * kUnit) << power;
  return kExactClasses + power * 4 + static_cast<unsigned>((over - base) / (base / 4));
}

struct Heap {
  char *next = nullptr;
  char *end = nullptr;
  // Up to here the kernel has given memory, or gives it as it is touched.
  char *ready = nullptr;
  Free *free[kClasses] = {};
};
Heap heap;

// What is known while an image is made.
struct Making {
  std::span<char> memory;
  Places places;
  std::vector<Block *> blocks;
  // Given back, where each block has pages of its own.
  Free *free[kClasses] = {};
};
Making *making = nullptr;

bool take_region(size_t size) {
  size_t whole = size > kRegion ? (size + kReady - 1) / kReady * kReady : kRegion;
  void *region = mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (region == MAP_FAILED) return false;
  heap.next = heap.ready = static_cast<char *>(region);
  heap.end = heap.next + whole;
  return true;
}

void make_ready(char *end) {
  while (heap.ready < end) {
    madvise(heap.ready, kReady, MADV_POPULATE_WRITE);
    heap.ready += kReady;
  }
}

char *take_memory(size_t size) {
  if (static_cast<size_t>(heap.end - heap.next) < size && !take_region(size)) return nullptr;
  char *memory = heap.next;
  heap.next += size;
  if (heap.next > heap.ready) make_ready(heap.next);
  return memory;
}

size_t size_of_block(unsigned index) { return sizeof(Block) + size_of_class(index); }

char *take_pages(unsigned index) {
  if (Free *known = making->free[index]) {
    making->free[index] = known->next;
    return reinterpret_cast<char *>(known) - sizeof(Block);
  }
  char *page = heap.next + (-reinterpret_cast<uintptr_t>(heap.next) & (kPage - 1));
  size_t size = size_of_block(index);
  if (page > heap.end || static_cast<size_t>(heap.end - page) < size) return nullptr;
  heap.next = page + size;
  return page;
}

char *take_place(size_t size) {
  size_t number = making->blocks.size();
  uint32_t place = number < making->places.size() ? making->places[number] : kNowhere;
  return place == kNowhere ? take_memory(size) : making->memory.data() + place;
}

void *take_numbered(unsigned index) {
  char *memory = making->places.empty() ? take_pages(index) : take_place(size_of_block(index));
  if (!memory) return nullptr;
  auto *block = new (memory) Block{index, static_cast<uint32_t>(making->blocks.size())};
  making->blocks.push_back(block);
  return block + 1;
}

void *take_block(unsigned index) {
  if (making) return take_numbered(index);
  char *memory = take_memory(size_of_block(index));
  return memory ? new (memory) Block{index, 0} + 1 : nullptr;
}

const Block &block_of(const void *bytes) { return static_cast<const Block *>(bytes)[-1]; }

void *allocate(void *, size_t size) {
  if (size > kMost) return nullptr;
  unsigned index = class_of_size(size);
  Free *known = heap.free[index];
  if (!known) return take_block(index);
  heap.free[index] = known->next;
  return known;
}

void *allocate_zeroed(void *opaque, size_t count, size_t size) {
  size_t whole;
  if (__builtin_mul_overflow(count, size, &whole)) return nullptr;
  void *bytes = allocate(opaque, whole);
  return bytes ? memset(bytes, 0, whole) : nullptr;
}

void release(void *, void *bytes) {
  if (!bytes) return;
  const Block &block = block_of(bytes);
  if (making) making->blocks[block.number] = nullptr;
  Free *&first = (making ? making->free : heap.free)[block.size_class];
  first = new (bytes) Free{first};
}

size_t usable_size(const void *bytes) { return bytes ? size_of_class(block_of(bytes).size_class) : 0; }

// The block that was taken last grows where it lies, as texts do while they are put together.
bool grow_last(void *bytes, size_t now, size_t size) {
  char *end = static_cast<char *>(bytes) + now;
  if (making || end != heap.next || size < now) return false;
  unsigned index = class_of_size(size);
  size_t more = size_of_class(index) - now;
  if (static_cast<size_t>(heap.end - heap.next) < more) return false;
  take_memory(more);
  static_cast<Block *>(bytes)[-1].size_class = index;
  return true;
}

void *reallocate(void *opaque, void *bytes, size_t size) {
  size_t now = usable_size(bytes);
  if (bytes && ((size <= now && size > now / 2) || grow_last(bytes, now, size))) return bytes;
  void *fresh = allocate(opaque, size);
  if (!fresh) return nullptr;
  if (bytes) memcpy(fresh, bytes, size < now ? size : now);
  release(opaque, bytes);
  return fresh;
}

}  // namespace

const JSMallocFunctions kHeapFunctions = {allocate_zeroed, allocate, release, reallocate, usable_size};

void begin_image_heap(std::span<char> memory, const Places &places) {
  making = new Making{memory, places, {}, {}};
  if (!places.empty()) return;
  heap.next = memory.data();
  heap.end = heap.ready = memory.data() + memory.size();
}

Blocks image_blocks() {
  Blocks blocks;
  const char *begin = making->memory.data(), *end = begin + making->memory.size();
  for (Block *block : making->blocks) {
    auto *bytes = reinterpret_cast<char *>(block);
    bool inside = block && bytes >= begin && bytes < end;
    blocks.push_back(inside ? std::span(bytes, size_of_block(block->size_class)) : std::span<char>());
  }
  return blocks;
}

}  // namespace runts::quickjs
