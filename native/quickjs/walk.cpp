// Goes through a document by the bytes of a shape, which src/spec/shape-bytes.ts describes: the same as src/spec/fit.ts.
#include <cmath>
#include <cstring>

#include "functions.h"

namespace runts::quickjs {
namespace {

enum class Kind : uint8_t { Boolean, String, Enumeration, Integer, Array, Map, Object };
constexpr uint16_t kNobody = 0xffff;
constexpr double kLargestSafe = 9007199254740991;

// The bytes are this program's own, made while it was built.
struct Bytes {
  const uint8_t *at;

  template <typename T>
  T number() {
    T value;
    memcpy(&value, at, sizeof(value));
    at += sizeof(value);
    return value;
  }
  std::string_view text() {
    size_t size = number<uint8_t>();
    at += size;
    return {reinterpret_cast<const char *>(at - size), size};
  }
};

// A property that is there, and the engine's own name of it.
class Name {
 public:
  Name(JSContext *context, JSAtom atom) : context_(context), bytes_(JS_AtomToCStringLen(context, &size_, atom)) {}
  Name(const Name &) = delete;
  ~Name() { JS_FreeCString(context_, bytes_); }
  std::string_view view() const { return {bytes_, bytes_ ? size_ : 0}; }

 private:
  JSContext *context_;
  size_t size_ = 0;
  const char *bytes_;
};

// Names of an object's own properties.
class Names {
 public:
  Names(JSContext *context, JSValueConst object) : context_(context) {
    if (JS_GetOwnPropertyNames(context, &names_, &count_, object, JS_GPN_STRING_MASK | JS_GPN_ENUM_ONLY) < 0) count_ = 0;
  }
  Names(const Names &) = delete;
  ~Names() { JS_FreePropertyEnum(context_, names_, count_); }
  uint32_t count() const { return count_; }
  JSAtom operator[](uint32_t index) const { return names_[index].atom; }

 private:
  JSContext *context_;
  JSPropertyEnum *names_ = nullptr;
  uint32_t count_ = 0;
};

class Walk {
 public:
  Walk(JSContext *context, const uint8_t *bytes) : context_(context), bytes_(bytes), due_(JS_NewArray(context)) {}

  // The document, by the node that comes first: {keys, due}, or undefined.
  JSValue visit(JSValueConst document) {
    if (!fits(0, document)) {
      JS_FreeValue(context_, due_);
      return JS_UNDEFINED;
    }
    JSValue visit = JS_NewObject(context_);
    set(context_, visit, "keys", JS_NewUint32(context_, keys_));
    set(context_, visit, "due", due_);
    return visit;
  }

 private:
  bool fits(uint16_t node, JSValueConst value) {
    Bytes place{bytes_ + node * sizeof(uint16_t)};
    Bytes record{bytes_ + place.number<uint16_t>()};
    switch (static_cast<Kind>(record.number<uint8_t>())) {
      case Kind::Boolean:
        return JS_IsBool(value);
      case Kind::String:
        return is_text(record, value);
      case Kind::Enumeration:
        return is_word(record, value);
      case Kind::Integer:
        return is_integer(record, value);
      case Kind::Array:
        return is_array(record, value);
      case Kind::Map:
        return is_map(record, value);
      case Kind::Object:
        return is_object(record, value);
    }
    return false;
  }

  bool is_text(Bytes record, JSValueConst value) {
    bool filled = record.number<uint8_t>() != 0;
    uint16_t judge = record.number<uint16_t>();
    std::string_view start = record.text();
    if (!JS_IsString(value) || (filled && length(value) == 0)) return false;
    return (!start.empty() && to_text(context_, value).starts_with(start)) || leave_to(judge, value);
  }

  bool is_word(Bytes record, JSValueConst value) {
    if (!JS_IsString(value)) return false;
    std::string word = to_text(context_, value);
    for (uint16_t count = record.number<uint16_t>(); count > 0; count--) {
      if (record.text() == word) return true;
    }
    return false;
  }

  bool is_integer(Bytes record, JSValueConst value) {
    if (!JS_IsNumber(value)) return false;
    double number = 0;
    JS_ToFloat64(context_, &number, value);
    double least = record.number<double>(), most = record.number<double>();
    return std::abs(number) <= kLargestSafe && std::trunc(number) == number && number >= least && number <= most;
  }

  bool is_array(Bytes record, JSValueConst value) {
    uint16_t least = record.number<uint16_t>(), judge = record.number<uint16_t>(), items = record.number<uint16_t>();
    if (!JS_IsArray(value)) return false;
    int64_t count = length(value);
    if (count < least) return false;
    for (int64_t at = 0; at < count; at++) {
      if (!fits_and_goes(items, JS_GetPropertyInt64(context_, value, at))) return false;
    }
    return leave_to(judge, value);
  }

  bool is_map(Bytes record, JSValueConst value) {
    uint16_t judge = record.number<uint16_t>(), values = record.number<uint16_t>();
    if (!JS_IsObject(value) || JS_IsArray(value)) return false;
    Names names(context_, value);
    keys_ += names.count();
    for (uint32_t at = 0; at < names.count(); at++) {
      if (!fits_and_goes(values, JS_GetProperty(context_, value, names[at]))) return false;
    }
    return leave_to(judge, value);
  }

  bool is_object(Bytes record, JSValueConst value) {
    uint16_t judge = record.number<uint16_t>();
    if (!JS_IsObject(value) || JS_IsArray(value)) return false;
    Names names(context_, value);
    keys_ += names.count();
    unsigned required = required_of(record);
    for (uint32_t at = 0; at < names.count(); at++) {
      Property property = property_of(record, Name(context_, names[at]).view());
      if (!property.known || !fits_and_goes(property.node, JS_GetProperty(context_, value, names[at]))) return false;
      required -= property.required;
    }
    return required == 0 && leave_to(judge, value);
  }

  struct Property {
    bool known = false, required = false;
    uint16_t node = 0;
  };

  static Property next_property(Bytes &record, std::string_view &name) {
    bool required = record.number<uint8_t>() != 0;
    uint16_t node = record.number<uint16_t>();
    name = record.text();
    return {true, required, node};
  }

  static unsigned required_of(Bytes record) {
    unsigned required = 0;
    std::string_view name;
    for (uint16_t count = record.number<uint16_t>(); count > 0; count--) required += next_property(record, name).required;
    return required;
  }

  static Property property_of(Bytes record, std::string_view wanted) {
    std::string_view name;
    for (uint16_t count = record.number<uint16_t>(); count > 0; count--) {
      Property property = next_property(record, name);
      if (name == wanted) return property;
    }
    return {};
  }

  bool fits_and_goes(uint16_t node, JSValue value) {
    bool fit = fits(node, value);
    JS_FreeValue(context_, value);
    return fit;
  }

  int64_t length(JSValueConst value) {
    int64_t length = 0;
    return JS_GetLength(context_, value, &length) < 0 ? 0 : length;
  }

  bool leave_to(uint16_t judge, JSValueConst value) {
    if (judge == kNobody) return true;
    JS_SetPropertyUint32(context_, due_, count_++, JS_NewInt32(context_, judge));
    JS_SetPropertyUint32(context_, due_, count_++, JS_DupValue(context_, value));
    return true;
  }

  JSContext *context_;
  const uint8_t *bytes_;
  JSValue due_;
  uint32_t count_ = 0, keys_ = 0;
};

// walk(value, bytes)
JSValue walk(const Call &call) {
  size_t size = 0;
  const uint8_t *bytes = JS_GetUint8Array(call.context, &size, call.at(1));
  // What a command has read stays until it ends: to free thousands of values takes as long as to make them.
  JS_DupValue(call.context, call.at(0));
  return bytes ? Walk(call.context, bytes).visit(call.at(0)) : JS_UNDEFINED;
}

constexpr Function kTable[] = {{"walk", walk}};

}  // namespace

constinit const std::span<const Function> kWalk = kTable;

}  // namespace runts::quickjs
