// Fields of text files such as /etc/passwd and mountinfo.
#pragma once
#include <string_view>

namespace runts::init {

// The next piece up to the separator, taken off.
inline std::string_view cut(std::string_view &text, char separator) {
  size_t at = text.find(separator);
  std::string_view piece = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return piece;
}

}  // namespace runts::init
