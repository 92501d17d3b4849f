// Plain data to and from JavaScript. A failed conversion gives an empty value: the TypeScript above is typed.
#pragma once
#include <quickjs.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "../core/status.h"

namespace runts::quickjs {

// Of one call.
struct Call {
  JSContext *context;
  std::span<JSValueConst> values;

  int number(size_t index) const;
  std::string text(size_t index) const;
  std::vector<int> numbers(size_t index) const;
  std::vector<std::string> texts(size_t index) const;
  // Arrays of bytes.
  std::vector<std::string> blobs(size_t index) const;
  JSValueConst at(size_t index) const { return index < values.size() ? values[index] : JS_UNDEFINED; }
};

// Of an argument, without a copy; empty where it is no string.
class Text {
 public:
  Text(const Call &call, size_t index);
  Text(const Text &) = delete;
  ~Text() { if (bytes_) JS_FreeCString(context_, bytes_); }
  std::string_view view() const { return {bytes_, size_}; }

 private:
  JSContext *context_;
  const char *bytes_ = nullptr;
  size_t size_ = 0;
};

std::string to_text(JSContext *context, JSValueConst value);
JSValue from_text(JSContext *context, std::string_view text);
JSValue from_bytes(JSContext *context, std::string_view bytes);
template <typename Items, typename Make>
JSValue from_list(JSContext *context, const Items &items, Make make) {
  JSValue list = JS_NewArray(context);
  uint32_t index = 0;
  for (const auto &item : items) JS_SetPropertyUint32(context, list, index++, make(item));
  return list;
}
// For names that are literals: the value is taken.
void set(JSContext *context, JSValue object, const char *name, JSValue value);

// An Error with `code` (name of the errno), `syscall` and, where there is one, `path`.
JSValue system_error(JSContext *context, int error, std::string_view syscall, std::string_view path = {});
// The same, thrown; for `return fail(...)`.
JSValue fail(JSContext *context, int error, std::string_view syscall, std::string_view path = {});
// Of a call's status, with its `detail`, if any.
JSValue status_error(JSContext *context, const core::Status &status);

// A path that reaches the kernel whole: one with a NUL inside is none.
std::optional<std::string> path_at(const Call &call, size_t index);

}  // namespace runts::quickjs
