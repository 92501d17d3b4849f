// fuzz-plan ROUNDS SEED FILE... — damages encoded plans in many ways and reads each to its last field, under the address and
// undefined behaviour sanitizers: whatever the bytes are, the reader stays within them. The same SEED makes the same damage.
// With clang's -fsanitize=fuzzer and RUNTS_LIBFUZZER it is a target of libFuzzer instead.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <vector>

#include "../plan/plan.h"
#include "walk.gen.h"

namespace {

using Bytes = std::vector<uint8_t>;

size_t read_plan(const uint8_t *data, size_t size) {
  runts::plan::View view(data, size);
  size_t sum = view.count();
  runts::plan::Entry entry;
  while (view.more() && view.next(entry)) sum += runts::plan::walk_entry(entry);
  return sum;
}

}  // namespace

#ifdef RUNTS_LIBFUZZER
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  read_plan(data, size);
  return 0;
}
#else
namespace {

// xorshift64*: small, and the same everywhere.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 2 + 1) {}
  uint64_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1dULL;
  }
  size_t below(size_t limit) { return limit == 0 ? 0 : next() % limit; }

 private:
  uint64_t state_;
};

constexpr uint32_t kInteresting[] = {0,          1,          2,          3,          11,         12,        13,
                                     0x7f,       0xff,       0x100,      0xffff,     0x10000,    0x7fffffff,
                                     0x80000000, 0xfffffffe, 0xffffffff, 0x40000000, 0x3fffffff, 0xfffffff0};

void put(Bytes &bytes, size_t at, uint32_t value) {
  if (bytes.size() >= 4) memcpy(bytes.data() + (at > bytes.size() - 4 ? bytes.size() - 4 : at), &value, 4);
}

void damage(Bytes &bytes, const Bytes &other, Random &random) {
  size_t at = random.below(bytes.size());
  switch (random.below(8)) {
    case 0:
      if (!bytes.empty()) bytes[at] ^= static_cast<uint8_t>(1u << random.below(8));
      break;
    case 1:
      if (!bytes.empty()) bytes[at] = static_cast<uint8_t>(random.next());
      break;
    case 2:  // sizes, counts and kinds lie at multiples of four, as long as no text comes before
    case 3:
      put(bytes, random.below(2) ? at & ~size_t{3} : at, kInteresting[random.below(std::size(kInteresting))]);
      break;
    case 4:
      put(bytes, at, static_cast<uint32_t>(bytes.size() - at + random.below(9) - 4));
      break;
    case 5:
      bytes.resize(at);
      break;
    case 6: {
      size_t size = random.below(bytes.size() - at < 64 ? bytes.size() - at : 64);
      Bytes part(bytes.begin() + static_cast<long>(at), bytes.begin() + static_cast<long>(at + size));
      bytes.insert(bytes.begin() + static_cast<long>(random.below(bytes.size())), part.begin(), part.end());
      break;
    }
    default: {
      size_t from = random.below(other.size());
      bytes.resize(at);
      bytes.insert(bytes.end(), other.begin() + static_cast<long>(from), other.end());
    }
  }
}

bool read_file(const char *path, Bytes &bytes) {
  FILE *file = fopen(path, "rb");
  if (!file) return false;
  uint8_t part[4096];
  while (size_t size = fread(part, 1, sizeof(part), file)) bytes.insert(bytes.end(), part, part + size);
  fclose(file);
  return true;
}

// In memory of exactly its size, so that a byte read beyond it is caught.
size_t read_exactly(const Bytes &bytes) {
  auto *copy = static_cast<uint8_t *>(malloc(bytes.size() ? bytes.size() : 1));
  if (!copy) abort();
  if (!bytes.empty()) memcpy(copy, bytes.data(), bytes.size());
  size_t sum = read_plan(copy, bytes.size());
  free(copy);
  return sum;
}

}  // namespace

int main(int count, char *arguments[]) {
  if (count < 4) return 2;
  std::vector<Bytes> seeds(static_cast<size_t>(count) - 3);
  for (size_t i = 0; i < seeds.size(); i++) {
    if (!read_file(arguments[i + 3], seeds[i])) return 2;
    if (!runts::plan::View(seeds[i].data(), seeds[i].size()).ok()) {
      fprintf(stderr, "%s is no plan of this build\n", arguments[i + 3]);
      return 2;
    }
  }
  long rounds = atol(arguments[1]);
  Random random(strtoull(arguments[2], nullptr, 10));
  size_t sum = 0;
  for (long round = 0; round < rounds; round++) {
    Bytes bytes = seeds[random.below(seeds.size())];
    for (size_t times = 1 + random.below(6); times > 0; times--) damage(bytes, seeds[random.below(seeds.size())], random);
    sum += read_exactly(bytes);
  }
  printf("%ld plans read, sum %zu\n", rounds, sum);
  return 0;
}
#endif
