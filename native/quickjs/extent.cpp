#include "extent.h"

#include <bit>
#include <cstdint>
#include <cstring>

namespace runts::quickjs {
namespace {

// Eight characters at a time, the first in the lowest byte.
static_assert(std::endian::native == std::endian::little);
constexpr uint64_t kOnes = 0x0101010101010101, kTops = 0x8080808080808080;

// The top bits of the bytes that are this character; what is above the first that is set may be wrong.
constexpr uint64_t tops_of(uint64_t word, char wanted) {
  uint64_t zeros = word ^ kOnes * static_cast<unsigned char>(wanted);
  return (zeros - kOnes) & ~zeros & kTops;
}

// Square brackets are curly ones without this bit.
constexpr char kCase = 0x20;
constexpr bool is_opening(char c) { return (c | kCase) == '{'; }
constexpr bool is_closing(char c) { return (c | kCase) == '}'; }

uint64_t structure_in(uint64_t word) {
  uint64_t curly = word | kOnes * kCase;
  return tops_of(word, '"') | tops_of(curly, '{') | tops_of(curly, '}');
}
bool is_structure(char c) { return c == '"' || is_opening(c) || is_closing(c); }

uint64_t end_in(uint64_t word) { return tops_of(word, '"') | tops_of(word, '\\'); }
bool is_end(char c) { return c == '"' || c == '\\'; }

// The place of the next character that is wanted, or the end.
template <uint64_t (*in)(uint64_t), bool (*is)(char)>
size_t next_of(std::string_view text, size_t at) {
  for (uint64_t word; at + sizeof(word) <= text.size(); at += sizeof(word)) {
    memcpy(&word, text.data() + at, sizeof(word));
    if (uint64_t tops = in(word)) return at + static_cast<size_t>(std::countr_zero(tops)) / 8;
  }
  while (at < text.size() && !is(text[at])) at++;
  return at;
}

// The place behind the quote that ends a string.
size_t behind_string(std::string_view text, size_t at) {
  for (;; at += 2) {
    at = next_of<end_in, is_end>(text, at);
    if (at >= text.size() || text[at] == '"') return at + 1;
  }
}

}  // namespace

size_t size_of_object(std::string_view text) {
  size_t open = 0;
  for (size_t at = 0;;) {
    at = next_of<structure_in, is_structure>(text, at);
    if (at >= text.size()) return 0;
    char found = text[at++];
    if (found == '"') at = behind_string(text, at);
    else if (is_opening(found)) open++;
    else if (--open == 0) return at;
  }
}

}  // namespace runts::quickjs
