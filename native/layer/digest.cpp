#include "digest.h"

namespace runts::layer {

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
