// SHA-256, with the processor's own instructions where nettle finds them.
#pragma once
#include <nettle/sha2.h>

#include <cstdint>
#include <span>
#include <string>

namespace runts::layer {

class Sha256 {
 public:
  Sha256() { sha256_init(&state_); }
  void add(std::span<const uint8_t> bytes);
  // Hexadecimal. Afterwards it begins anew.
  std::string finish();

 private:
  sha256_ctx state_;
};

}  // namespace runts::layer
