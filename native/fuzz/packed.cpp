// Unpacks damaged gzip and zstd data in pieces of any size: fuzz-packed ROUNDS SEED FILE..., where names tell what a file is. What two
// libraries unpack of the same data is the same, and whole data come out whole.
#include "../layer/unpacker.h"
#include "bytes.h"

namespace {

using runts::layer::Flow;
using runts::layer::Stepped;
using runts::layer::Unpacker;

// Damaged data may say that they are terabytes of zeros.
constexpr size_t kMost = 1 << 20;

struct Outcome {
  bool whole = false;
  Bytes content;
};

struct Sample {
  bool gzip;
  Bytes bytes;
};

[[noreturn]] void wrong(const char *what) {
  fprintf(stderr, "fuzz-packed: %s\n", what);
  abort();
}

// One call with pieces of their own memory, so that a sanitizer sees the ends of both.
Stepped step(Unpacker &unpacker, const Bytes &bytes, size_t &at, Bytes &content, Random &random) {
  Bytes in(bytes.begin() + static_cast<ptrdiff_t>(at),
           bytes.begin() + static_cast<ptrdiff_t>(at + random.below(std::min<size_t>(bytes.size() - at, 700) + 1)));
  Bytes out(1 + random.below(5000));
  Flow flow{in.data(), in.size(), out.data(), out.size()};
  Stepped stepped = unpacker.step(flow);
  if (flow.in_left > in.size() || flow.out_left > out.size()) wrong("more was used than there was");
  at += in.size() - flow.in_left;
  content.insert(content.end(), out.begin(), out.end() - static_cast<ptrdiff_t>(flow.out_left));
  return stepped;
}

Outcome unpack(Unpacker &unpacker, const Bytes &bytes, Random &random) {
  Outcome outcome;
  size_t at = 0;
  bool rest = false;
  // Where a step does nothing with all that is left, nothing will.
  for (int idle = 0; idle < 50 && outcome.content.size() < kMost;) {
    if (rest && at == bytes.size()) break;
    size_t before = at + outcome.content.size();
    Stepped stepped = step(unpacker, bytes, at, outcome.content, random);
    if (stepped.damage) return outcome;
    rest = stepped.rest;
    idle = at + outcome.content.size() == before ? idle + 1 : 0;
  }
  outcome.whole = rest && at == bytes.size();
  return outcome;
}

Bytes damaged(Bytes bytes, Random &random) {
  for (size_t count = random.below(4); count > 0; count--) {
    size_t bit = random.below(8);
    flip_bit(bytes, random.below(bytes.size()), bit);
  }
  if (random.below(8) == 0) bytes.resize(random.below(bytes.size()));
  return bytes;
}

void compare(const Bytes &bytes, bool intact, Random &random) {
  Outcome zlib = unpack(*runts::layer::make_zlib_gzip(), bytes, random);
  if (intact && !zlib.whole) wrong("zlib does not take what is whole");
  auto isal = runts::layer::make_isal_gzip();
  if (!isal) return;
  Outcome other = unpack(*isal, bytes, random);
  if (intact && !other.whole) wrong("ISA-L does not take what is whole");
  if (zlib.whole && other.whole && zlib.content != other.content) wrong("two libraries unpack it differently");
}

void try_one(const Sample &sample, Random &random) {
  Bytes bytes = damaged(sample.bytes, random);
  bool intact = bytes == sample.bytes;
  if (sample.gzip) return compare(bytes, intact, random);
  Outcome outcome = unpack(*runts::layer::make_zstd(), bytes, random);
  if (intact && !outcome.whole) wrong("zstd does not take what is whole");
}

}  // namespace

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  std::vector<Bytes> files;
  if (!read_files({argv + 3, argv + argc}, files)) return 2;
  std::vector<Sample> samples;
  for (size_t i = 0; i < files.size(); i++) samples.push_back({strstr(argv[i + 3], "gzip") != nullptr, files[i]});
  Random random(strtoull(argv[2], nullptr, 10));
  const size_t rounds = strtoull(argv[1], nullptr, 10);
  for (size_t i = 0; i < rounds; i++) try_one(samples[random.below(samples.size())], random);
  printf("%zu unpacked\n", rounds);
  return 0;
}
