// fuzz-actions ROUNDS SEED DIRECTORY FILE... — damages encoded actions of layers in many ways, reads each to its last field and
// applies some in DIRECTORY/layer, under the address and undefined behaviour sanitizers: whatever the bytes are, they are read
// within their bounds, and nothing is made, changed or removed elsewhere. The same SEED makes the same damage.
// With clang's -fsanitize=fuzzer and RUNTS_LIBFUZZER it is a target of libFuzzer instead, which applies none.
#include <fcntl.h>
#include <iterator>
#include <string>
#include <sys/stat.h>

#include "../core/remove_tree.h"
#include "../layer/actions.h"
#include "../layer/writer.h"
#include "bytes.h"
#include "random.h"

namespace {

using runts::layer::Action;

size_t sum_of(const Action &action) {
  size_t sum = action.path.size() + action.target.size() + action.attributes.mode + action.content.length;
  runts::layer::Bytes xattrs(action.attributes.xattrs);
  for (runts::layer::Xattr xattr; read_xattr(xattrs, xattr);) sum += strlen(xattr.name.data()) + xattr.value.size();
  for (char byte : action.extents) sum += static_cast<uint8_t>(byte);
  return sum;
}

size_t read_actions(const uint8_t *data, size_t size) {
  runts::layer::Bytes bytes({reinterpret_cast<const char *>(data), size});
  size_t sum = 0;
  for (Action action{}; bytes.more() && read_action(bytes, action); action = {}) sum += 1 + sum_of(action);
  return sum;
}

}  // namespace

#ifdef RUNTS_LIBFUZZER
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  read_actions(data, size);
  return 0;
}
#else
namespace {

constexpr uint32_t kInteresting[] = {0, 1, 2, 16, 17, 0xff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff};
constexpr std::string_view kNames[] = {"..", ".", "/", "../canary", "/etc", "a//b", "link/x", "canary"};

void put_number(Bytes &bytes, size_t at, uint32_t number) {
  memcpy(bytes.data() + at, &number, std::min(sizeof(number), bytes.size() - at));
}

void damage(Bytes &bytes, const Bytes &other, Random &random) {
  if (bytes.empty()) return;
  size_t at = random.below(bytes.size());
  std::string_view name = kNames[random.below(std::size(kNames))];
  switch (random.below(7)) {
    case 0:
      flip_bit(bytes, at, random.below(8));
      break;
    case 1:
      put_any(bytes, at, random);
      break;
    case 2:
      put_number(bytes, at, kInteresting[random.below(std::size(kInteresting))]);
      break;
    case 3:
      // In the place of another, of the same length.
      memcpy(bytes.data() + at, name.data(), std::min(name.size(), bytes.size() - at));
      break;
    case 4:
      repeat_part(bytes, at, random);
      break;
    case 5:
      bytes.resize(at);
      break;
    default:
      splice(bytes, at, other, random);
  }
}

// A layer of these bytes, however far they go.
size_t apply(int directory, const std::string &path, const uint8_t *data, size_t size) {
  constexpr std::string_view kChunks[] = {"0123456789abcdef", "fedcba9876543210"};
  if (!runts::core::remove_tree_at(directory, "layer").ok() || mkdirat(directory, "layer", 0700) != 0) abort();
  runts::layer::Writer writer;
  if (!writer.open(path + "/layer", {path + "/lower"}).ok()) abort();
  bool applied = writer.apply({reinterpret_cast<const char *>(data), size}, kChunks).status.ok();
  return applied && writer.finish().status.ok();
}

}  // namespace

int main(int count, char *arguments[]) {
  if (count < 5) return 2;
  std::vector<Bytes> seeds;
  if (!read_files({arguments + 4, arguments + count}, seeds)) return 2;
  runts::Fd directory(open(arguments[3], O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return 2;
  umask(0);
  long rounds = atol(arguments[1]);
  Random random(strtoull(arguments[2], nullptr, 10));
  size_t sum = 0, whole = 0;
  for (long round = 0; round < rounds; round++) {
    Bytes bytes = seeds[random.below(seeds.size())];
    for (size_t times = random.below(4); times > 0; times--) damage(bytes, seeds[random.below(seeds.size())], random);
    sum += in_exact_memory(bytes, read_actions);
    if (round % 32 != 0) continue;
    whole += in_exact_memory(bytes, [&](const uint8_t *data, size_t size) {
      return apply(directory.get(), arguments[3], data, size);
    });
  }
  printf("%ld batches read, sum %zu, %zu applied\n", rounds, sum, whole);
  return 0;
}
#endif
