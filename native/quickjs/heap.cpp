#include "heap.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <new>
#include <sys/mman.h>
#include <utility>

namespace runts::quickjs {
namespace {

constexpr size_t kMost = size_t{1} << 40;
// What a process takes from the kernel at a time, and how much of that is made ready in one go, which costs half of what
// it costs page by page.
constexpr size_t kRegion = size_t{1} << 20;
constexpr size_t kReady = size_t{32} << 10;

// The engine packs what is small into blocks of some 4 KiB, so few blocks are asked for here. They lie at multiples of 16,
// with their class in front: 512 classes of 16 bytes more each, then four for each power of two. Those of some 4 KiB have
// pages of their own, so that a write to one leaves those beside it as they are in the image; these pages are taken a few
// at a time.
constexpr size_t kUnit = 16;
constexpr unsigned kExactClasses = 512;
constexpr unsigned kClasses = kExactClasses + 4 * 40;
constexpr size_t kPagesAtOnce = 8;

struct Block {
  uint64_t size_class;
  uint64_t unused;
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
  // Pages of which each is for one block.
  char *next_page = nullptr;
  size_t pages = 0;
  Free *free[kClasses] = {};
  size_t requests = 0;
};
Heap heap;

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

size_t to_page(const char *from) { return -reinterpret_cast<uintptr_t>(from) % kPage; }

char *take_page() {
  if (heap.pages == 0) {
    char *memory = take_memory(to_page(heap.next) + kPagesAtOnce * kPage);
    if (!memory) return nullptr;
    heap.next_page = memory + to_page(memory);
    heap.pages = kPagesAtOnce;
  }
  heap.pages--;
  return std::exchange(heap.next_page, heap.next_page + kPage);
}

void *take_block(unsigned index) {
  size_t size = sizeof(Block) + size_of_class(index);
  char *memory = size <= kPage && size > kPage - kPage / 16 ? take_page() : take_memory(size);
  if (!memory) return nullptr;
  return new (memory) Block{index, 0} + 1;
}

unsigned class_of_block(const void *bytes) {
  return static_cast<unsigned>((static_cast<const Block *>(bytes) - 1)->size_class);
}

void *allocate(void *, size_t size) {
  if (size > kMost) return nullptr;
  heap.requests++;
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
  Free *&first = heap.free[class_of_block(bytes)];
  first = new (bytes) Free{first};
}

size_t usable_size(const void *bytes) { return bytes ? size_of_class(class_of_block(bytes)) : 0; }

void *reallocate(void *opaque, void *bytes, size_t size) {
  size_t now = usable_size(bytes);
  if (bytes && size <= now && size > now / 2) return bytes;
  void *fresh = allocate(opaque, size);
  if (!fresh) return nullptr;
  if (bytes) memcpy(fresh, bytes, size < now ? size : now);
  release(opaque, bytes);
  return fresh;
}

}  // namespace

const JSMallocFunctions kHeapFunctions = {allocate_zeroed, allocate, release, reallocate, usable_size};

void place_heap(std::span<char> memory) {
  heap.next = memory.data();
  heap.end = heap.ready = memory.data() + memory.size();
}

char *end_of_heap() { return heap.next; }

size_t heap_requests() { return heap.requests; }

}  // namespace runts::quickjs
