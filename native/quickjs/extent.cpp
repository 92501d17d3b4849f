#include "extent.h"

#include <array>
#include <cstdint>

namespace runts::quickjs {
namespace {

enum class Mark : uint8_t { kNone, kQuote, kOpening, kClosing };

constexpr std::array<Mark, 256> kMarks = [] {
  std::array<Mark, 256> marks{};
  marks['"'] = Mark::kQuote;
  marks['{'] = marks['['] = Mark::kOpening;
  marks['}'] = marks[']'] = Mark::kClosing;
  return marks;
}();

// The place behind the quote that ends a string.
size_t behind_string(std::string_view text, size_t at) {
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return at + 1;
}

}  // namespace

size_t size_of_object(std::string_view text) {
  size_t open = 0;
  for (size_t at = 0; at < text.size();) {
    switch (kMarks[static_cast<unsigned char>(text[at++])]) {
      case Mark::kNone:
        break;
      case Mark::kQuote:
        at = behind_string(text, at);
        break;
      case Mark::kOpening:
        open++;
        break;
      case Mark::kClosing:
        if (--open == 0) return at;
    }
  }
  return 0;
}

}  // namespace runts::quickjs
