// What an interpreter takes long to see in a text: the same as src/spec/json-keys.ts.
#include "functions.h"

namespace runts::quickjs {
namespace {

// NUL or a surrogate, by the digits of its escape.
bool is_no_character(std::string_view digits) {
  if (digits == "0000") return true;
  if (digits.size() < 2 || (digits[0] | 0x20) != 'd') return false;
  char second = static_cast<char>(digits[1] | 0x20);
  return digits[1] == '8' || digits[1] == '9' || (second >= 'a' && second <= 'f');
}

bool may_hold_no_character(std::string_view text) {
  constexpr std::string_view kEscape = "\\u";
  for (size_t at = text.find(kEscape); at != text.npos; at = text.find(kEscape, at + 1)) {
    if (is_no_character(text.substr(at + kEscape.size(), 4))) return true;
  }
  return false;
}

// A key ends with a quote, which is none of a string's end after a single backslash; white space may follow.
bool may_end_with_key(std::string_view text) {
  if (!text.ends_with('"')) return !text.empty() && static_cast<unsigned char>(text.back()) <= ' ';
  return !text.ends_with("\\\"") || text.ends_with("\\\\\"");
}

// keysAtMost(text): undefined where it may hold what is no character
JSValue keys_at_most(const Call &call) {
  Text argument(call, 0);
  std::string_view text = argument.view();
  if (may_hold_no_character(text)) return JS_UNDEFINED;
  uint32_t count = 0;
  for (size_t at = text.find(':'); at != text.npos; at = text.find(':', at + 1)) {
    if (may_end_with_key(text.substr(0, at))) count++;
  }
  return JS_NewUint32(call.context, count);
}

constexpr Function kTable[] = {{"keysAtMost", keys_at_most}};

}  // namespace

constinit const std::span<const Function> kJson = kTable;

}  // namespace runts::quickjs
