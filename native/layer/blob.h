// A blob: its bytes are read, hashed, copied and unpacked, in one pass over them. What is hashed, unpacked and copied is what was read: the
// source may change meanwhile.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "../core/status.h"
#include "digest.h"
#include "unpacker.h"

namespace runts::layer {

enum class Packing { kNone, kGzip, kZstd };

// Descriptors stay the caller's. Bytes.
struct BlobPlace {
  int descriptor = -1;
  uint64_t offset = 0;
  uint64_t size = 0;
  Packing packing = Packing::kNone;
  // Gets the blob's own bytes at its offset 0; -1: none.
  int copy = -1;
};

class Blob {
 public:
  // EBADMSG in a status: the data are damaged, which the detail says with the blob's byte near which they are.
  core::Status open(const BlobPlace &place);
  // A failure is one for good. Fills `out` as far as there are bytes, and says in `length` how many; 0 is the end, when the last byte of the blob was read.
  core::Status fill(std::span<uint8_t> out, size_t &length);
  // Bytes of the blob that were read; on any thread.
  uint64_t position() const { return read_; }
  // Whether what comes is not the blob's own bytes.
  bool is_packed() const { return place_.packing != Packing::kNone; }
  // Of the blob's own bytes, hexadecimal; after the end.
  const std::optional<std::string> &digest() const { return digest_; }

 private:
  core::Status read(std::span<uint8_t> into, size_t &length);
  core::Status fill_plain(std::span<uint8_t> out, size_t &length);
  core::Status fill_unpacked(std::span<uint8_t> out, size_t &length);
  core::Status step(std::span<uint8_t> out, size_t &length);
  core::Status refill();
  core::Status damaged(const char *what) const;
  void finish();

  BlobPlace place_;
  std::atomic<uint64_t> read_ = 0;
  std::unique_ptr<Unpacker> unpacker_;
  std::unique_ptr<uint8_t[]> buffer_;
  std::span<const uint8_t> input_;
  bool rest_ = false;
  Sha256 hash_;
  std::optional<std::string> digest_;
  core::Status failure_;
};

}  // namespace runts::layer
