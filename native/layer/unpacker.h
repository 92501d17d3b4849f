// What packs the bytes of a blob.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>

namespace runts::layer {

// Where an unpacker reads and writes; it moves both on.
struct Flow {
  const uint8_t *in;
  size_t in_left;
  uint8_t *out;
  size_t out_left;
};

struct [[nodiscard]] Stepped {
  // The blob may end here: between two members or frames.
  bool rest;
  // In words; null: none.
  const char *damage = nullptr;
};

class Unpacker {
 public:
  virtual ~Unpacker() = default;
  // As far as either side goes. At rest it is called with input alone.
  virtual Stepped step(Flow &flow) = 0;
};

// gzip(1), RFC 1952: members follow each other, and nothing else follows them. Zeros and other bytes after the last are damage, as
// Go's compress/gzip has it, by which the peers read images. Null: no memory.
std::unique_ptr<Unpacker> make_gzip();
// The two libraries of which that is made. ISA-L's is null where the machine does not have it.
std::unique_ptr<Unpacker> make_isal_gzip();
std::unique_ptr<Unpacker> make_zlib_gzip();

// zstd(1), RFC 8878: frames and skippable frames. One whose window is larger than 32 MiB is refused: that is the largest that
// the encoders of the peers make, and memory that an image alone decides upon.
std::unique_ptr<Unpacker> make_zstd();

}  // namespace runts::layer
