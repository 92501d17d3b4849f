// Text put together in memory of a fixed size, without a heap; what is too long for it is cut off.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "decimal.h"

namespace runts {

template <size_t Size>
class Text {
 public:
  Text() = default;
  explicit Text(std::string_view text) { add(text); }

  Text &add(std::string_view text) {
    size_t room = Size - 1 - size_, taken = text.size() < room ? text.size() : room;
    memcpy(bytes_ + size_, text.data(), taken);
    size_ += taken;
    bytes_[size_] = 0;
    return *this;
  }
  Text &add(int64_t number) {
    char digits[kDigits64];
    return add({digits, static_cast<size_t>(put_decimal(digits, number) - digits)});
  }
  Text &add_hex(uint64_t number) {
    char digits[2 + 2 * sizeof(number)];
    size_t at = sizeof(digits);
    do digits[--at] = "0123456789abcdef"[number % 16];
    while ((number /= 16) > 0);
    digits[--at] = 'x';
    digits[--at] = '0';
    return add({digits + at, sizeof(digits) - at});
  }

  const char *c_str() const { return bytes_; }
  std::string_view view() const { return {bytes_, size_}; }

 private:
  char bytes_[Size] = "";
  size_t size_ = 0;
};

}  // namespace runts
