#include "json.h"

#include "text.h"

namespace inspect {

namespace {

// Length of the well-formed UTF-8 sequence that text starts with, 0 if there is none.
size_t utf8_length(std::string_view text) {
  unsigned char lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  size_t length = lead >= 0xf0 && lead < 0xf5   ? 4
                  : lead >= 0xe0 && lead < 0xf0 ? 3
                  : lead >= 0xc2 && lead < 0xe0 ? 2
                                                : 0;
  if (length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; i++) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  }
  return length;
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    size_t length = utf8_length(text);
    char c = text[0];
    if (length == 0) {
      out += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += format("\\u%04x", c);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out + '"';
}

}  // namespace

void Json::separate() {
  if (!first_ && !after_key_) out_ += ',';
  first_ = false;
  after_key_ = false;
}

Json &Json::open(char bracket) {
  separate();
  out_ += bracket;
  first_ = true;
  return *this;
}

Json &Json::shut(char bracket) {
  out_ += bracket;
  first_ = false;
  return *this;
}

Json &Json::key(std::string_view name) {
  separate();
  out_ += quote(name);
  out_ += ':';
  after_key_ = true;
  return *this;
}

Json &Json::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

Json &Json::text(std::string_view value) { return raw(quote(value)); }
Json &Json::number(long long value) { return raw(format("%lld", value)); }
Json &Json::boolean(bool value) { return raw(value ? "true" : "false"); }
Json &Json::null() { return raw("null"); }

Json &Json::optional(std::string_view name, std::string_view value) {
  key(name);
  return value.empty() ? null() : text(value);
}

Json &Json::texts(std::string_view name, const std::vector<std::string> &values) {
  key(name).array();
  for (const std::string &value : values) text(value);
  return end_array();
}

}  // namespace inspect
