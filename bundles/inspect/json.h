// A small writer of JSON text on one line.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace inspect {

class Json {
 public:
  Json &object() { return open('{'); }
  Json &end_object() { return shut('}'); }
  Json &array() { return open('['); }
  Json &end_array() { return shut(']'); }
  Json &key(std::string_view name);
  Json &text(std::string_view value);
  // Strings are JSON; bytes that are not UTF-8 become U+FFFD.
  Json &number(long long value);
  Json &boolean(bool value);
  Json &null();
  // Text that is JSON already.
  Json &raw(std::string_view json);

  Json &field(std::string_view name, std::string_view value) { return key(name).text(value); }
  Json &field(std::string_view name, const char *value) { return key(name).text(value); }
  Json &field(std::string_view name, long long value) { return key(name).number(value); }
  Json &flag(std::string_view name, bool value) { return key(name).boolean(value); }
  // null where value is empty.
  Json &optional(std::string_view name, std::string_view value);
  Json &texts(std::string_view name, const std::vector<std::string> &values);

  const std::string &str() const { return out_; }

 private:
  Json &open(char bracket);
  Json &shut(char bracket);
  void separate();

  std::string out_;
  bool first_ = true;
  bool after_key_ = false;
};

}  // namespace inspect
