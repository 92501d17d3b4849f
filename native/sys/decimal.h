// Decimal numbers into a buffer and from a text, without a heap.
#pragma once
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace runts {

// The digits of 2^32 - 1, and of the longest value, with its sign.
inline constexpr size_t kDigits32 = 10, kDigits64 = 20;

// Writes a number and gives the place after it; the caller has made sure of the room. No NUL.
inline char *put_decimal(char *at, int64_t value) {
  uint64_t rest = value < 0 ? -static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  if (value < 0) *at++ = '-';
  char digits[kDigits64];
  size_t count = 0;
  do digits[count++] = static_cast<char>('0' + rest % 10);
  while ((rest /= 10) > 0);
  while (count) *at++ = digits[--count];
  return at;
}

// False where the whole text is no number of this type.
template <typename Number>
bool parse_decimal(std::string_view text, Number &value) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace runts
