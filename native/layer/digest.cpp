#include "digest.h"

#include <algorithm>

namespace runts::layer {
namespace {

// Bytes that are hashed while the next as many come into the processor's cache. Most have been written on another one, and waiting for
// each line of them takes half as long again.
constexpr size_t kAhead = 1024;
constexpr size_t kLine = 64;

void fetch(std::span<const uint8_t> bytes) {
  for (size_t at = 0; at < bytes.size(); at += kLine) __builtin_prefetch(&bytes[at]);
}

}  // namespace

void Sha256::add(std::span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    std::span<const uint8_t> now = bytes.first(std::min(kAhead, bytes.size()));
    bytes = bytes.subspan(now.size());
    fetch(bytes.first(std::min(kAhead, bytes.size())));
    sha256_update(&state_, now.size(), now.data());
  }
}

std::string Sha256::finish() {
  constexpr char kDigits[] = "0123456789abcdef";
  uint8_t digest[SHA256_DIGEST_SIZE];
  sha256_digest(&state_, sizeof(digest), digest);
  std::string text;
  text.reserve(2 * sizeof(digest));
  for (uint8_t byte : digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace runts::layer
