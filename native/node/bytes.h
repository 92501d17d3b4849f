// Strings of bytes, one character each (latin1), as names in archives and file systems are.
#pragma once
#include <napi.h>

#include <string>
#include <string_view>

namespace runts::node {

inline Napi::Value to_bytes(Napi::Env env, std::string_view bytes) {
  napi_value value = nullptr;
  napi_create_string_latin1(env, bytes.data(), bytes.size(), &value);
  return Napi::Value(env, value);
}

// Empty for what is no string.
inline std::string from_bytes(const Napi::Value &value) {
  size_t size = 0;
  if (napi_get_value_string_latin1(value.Env(), value, nullptr, 0, &size) != napi_ok) return {};
  std::string bytes(size, '\0');
  napi_get_value_string_latin1(value.Env(), value, bytes.data(), size + 1, &size);
  return bytes;
}

}  // namespace runts::node
