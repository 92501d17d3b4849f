// fuzz-plan ROUNDS SEED FILE... — damages encoded plans in many ways and reads each to its last field, under the address and
// undefined behaviour sanitizers: whatever the bytes are, the reader stays within them. The same SEED makes the same damage.
// With clang's -fsanitize=fuzzer and RUNTS_LIBFUZZER it is a target of libFuzzer instead.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <string>

#include "../plan/plan.h"
#include "bytes.h"
#include "random.h"
#include "walk.gen.h"

namespace {

size_t read_plan(const uint8_t *data, size_t size) {
  runts::plan::View view({reinterpret_cast<const char *>(data), size});
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

constexpr std::string_view kInteresting[] = {
    "",     "0",    "1",     "-1",   "2",          "3",          "12",         "65536",
    "true", "host", "false", "init", "2147483648", "4294967295", "4294967296", "18446744073709551615",
};

// Another content for the field that lies at a place.
void replace_field(Bytes &bytes, size_t at, std::string_view content) {
  size_t begin = at, end = at;
  while (begin > 0 && bytes[begin - 1] != 0) begin--;
  while (end < bytes.size() && bytes[end] != 0) end++;
  bytes.erase(bytes.begin() + static_cast<long>(begin), bytes.begin() + static_cast<long>(end));
  insert(bytes, begin, Bytes(content.begin(), content.end()));
}

// The number of fields that the header tells, made right, so that damage further behind is met.
void mend_header(Bytes &bytes) {
  const auto *text = reinterpret_cast<const char *>(bytes.data());
  const char *total = runts::plan::skip_fields(text, text + bytes.size(), 3);
  if (!total) return;
  size_t at = static_cast<size_t>(total - text);
  size_t ends = static_cast<size_t>(std::count(bytes.begin() + static_cast<long>(at), bytes.end(), 0));
  if (ends > 0) replace_field(bytes, at, std::to_string(ends - 1));
}

void damage(Bytes &bytes, const Bytes &other, Random &random) {
  if (bytes.empty()) return;
  size_t at = random.below(bytes.size());
  switch (random.below(8)) {
    case 0:
      flip_bit(bytes, at, random.below(8));
      break;
    case 1:
      put_any(bytes, at, random);
      break;
    case 2:
    case 3:
      replace_field(bytes, at, kInteresting[random.below(std::size(kInteresting))]);
      break;
    case 4:
      bytes[at] = 0;
      break;
    case 5:
      bytes.resize(at);
      break;
    case 6:
      repeat_part(bytes, at, random);
      break;
    default:
      splice(bytes, at, other, random);
  }
}

}  // namespace

int main(int count, char *arguments[]) {
  if (count < 4) return 2;
  std::vector<Bytes> seeds;
  if (!read_files({arguments + 3, arguments + count}, seeds)) return 2;
  for (size_t i = 0; i < seeds.size(); i++) {
    if (!runts::plan::View({reinterpret_cast<const char *>(seeds[i].data()), seeds[i].size()}).ok()) {
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
    if (random.below(4)) mend_header(bytes);
    sum += in_exact_memory(bytes, read_plan);
  }
  printf("%ld plans read, sum %zu\n", rounds, sum);
  return 0;
}
#endif
