#include "values.h"

#include <cerrno>
#include <cstdlib>

#include "../core/error_name.h"

namespace runts::quickjs {
namespace {

template <typename Take>
void each(JSContext *context, JSValueConst list, Take take) {
  int64_t length = 0;
  if (!JS_IsArray(list) || JS_GetLength(context, list, &length) < 0) return;
  for (int64_t i = 0; i < length; i++) {
    JSValue item = JS_GetPropertyInt64(context, list, i);
    take(item);
    JS_FreeValue(context, item);
  }
}

int to_number(JSContext *context, JSValueConst value) {
  int32_t number = -1;
  if (JS_IsNumber(value)) JS_ToInt32(context, &number, value);
  return number;
}

}  // namespace

std::string to_text(JSContext *context, JSValueConst value) {
  size_t size = 0;
  const char *bytes = JS_IsString(value) ? JS_ToCStringLen(context, &size, value) : nullptr;
  if (!bytes) return {};
  std::string text(bytes, size);
  JS_FreeCString(context, bytes);
  return text;
}

int Call::number(size_t index) const { return to_number(context, at(index)); }

std::string Call::text(size_t index) const { return to_text(context, at(index)); }

std::vector<int> Call::numbers(size_t index) const {
  std::vector<int> numbers;
  each(context, at(index), [&](JSValueConst item) { numbers.push_back(to_number(context, item)); });
  return numbers;
}

std::vector<std::string> Call::texts(size_t index) const {
  std::vector<std::string> texts;
  each(context, at(index), [&](JSValueConst item) { texts.push_back(to_text(context, item)); });
  return texts;
}

std::vector<std::string> Call::blobs(size_t index) const {
  std::vector<std::string> blobs;
  each(context, at(index), [&](JSValueConst item) {
    size_t size = 0;
    const uint8_t *bytes = JS_GetUint8Array(context, &size, item);
    blobs.emplace_back(reinterpret_cast<const char *>(bytes), bytes ? size : 0);
  });
  return blobs;
}

Text::Text(const Call &call, size_t index) : context_(call.context) {
  JSValueConst value = call.at(index);
  if (JS_IsString(value)) bytes_ = JS_ToCStringLen(context_, &size_, value);
}

JSValue from_text(JSContext *context, std::string_view text) {
  return JS_NewStringLen(context, text.data(), text.size());
}

JSValue from_bytes(JSContext *context, std::string_view bytes) {
  return JS_NewUint8ArrayCopy(context, reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size());
}

void set(JSContext *context, JSValue object, const char *name, JSValue value) {
  JS_SetPropertyStr(context, object, name, value);
}

JSValue system_error(JSContext *context, int error, std::string_view syscall, std::string_view path) {
  JSValue value = JS_NewError(context);
  set(context, value, "code", JS_NewString(context, core::error_name(std::abs(error))));
  set(context, value, "syscall", from_text(context, syscall));
  if (!path.empty()) set(context, value, "path", from_text(context, path));
  return value;
}

JSValue fail(JSContext *context, int error, std::string_view syscall, std::string_view path) {
  return JS_Throw(context, system_error(context, error, syscall, path));
}

JSValue status_error(JSContext *context, const core::Status &status) {
  JSValue value = system_error(context, status.error, std::string_view(status.call).substr(0, status.call.find('(')));
  if (!status.detail.empty()) set(context, value, "detail", from_text(context, status.detail));
  return value;
}

std::optional<std::string> path_at(const Call &call, size_t index) {
  std::string path = call.text(index);
  if (path.find('\0') != path.npos) return std::nullopt;
  return path;
}

}  // namespace runts::quickjs
