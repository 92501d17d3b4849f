// Reads usual JSON: what it gives, the strict reader (src/spec/json-strict.ts) gives too, and at what that one refuses, or may
// see otherwise, it gives up.
#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "extent.h"
#include "functions.h"

namespace runts::quickjs {
namespace {

// MAX_DEPTH of src/spec/json-value.ts.
constexpr unsigned kMostDepth = 128;
// Integers of so many digits are safe in any case.
constexpr size_t kMostDigits = 15;

// A value of the engine that is freed unless it is taken.
class Held {
 public:
  Held(JSContext *context, JSValue value) : context_(context), value_(value) {}
  Held(const Held &) = delete;
  ~Held() { JS_FreeValue(context_, value_); }
  JSValueConst get() const { return value_; }
  JSValue take() { return std::exchange(value_, JS_UNDEFINED); }

 private:
  JSContext *context_;
  JSValue value_;
};

// The elements of an array, until that is made.
class Elements {
 public:
  explicit Elements(JSContext *context) : context_(context) {}
  Elements(const Elements &) = delete;
  ~Elements() { for (JSValue value : values_) JS_FreeValue(context_, value); }
  void add(JSValue value) { values_.push_back(value); }
  JSValue take() {
    JSValue array = JS_NewArrayFrom(context_, static_cast<int>(values_.size()), values_.data());
    values_.clear();
    return array;
  }

 private:
  JSContext *context_;
  std::vector<JSValue> values_;
};

// A JSON pointer without escapes, or what is left of it below a member; that of no value is null.
using Pointer = std::string_view;
constexpr Pointer kNowhere;

Pointer below(Pointer pointer, std::string_view name) {
  if (pointer.empty()) return kNowhere;
  size_t end = std::min(pointer.find('/', 1), pointer.size());
  return pointer.substr(1, end - 1) == name ? pointer.substr(end) : kNowhere;
}

class Json {
 public:
  Json(JSContext *context, std::string_view text) : context_(context), text_(text) {}

  // The whole text, but for an object at the pointer; nothing where this reader gives up.
  std::optional<JSValue> document(Pointer apart) {
    std::optional<JSValue> value = read_value(apart);
    skip_space();
    if (value && at_ == text_.size()) return value;
    if (value) JS_FreeValue(context_, *value);
    return std::nullopt;
  }
  // In all objects.
  uint32_t keys() const { return keys_; }
  // The text of the object that was left out: JSON, if it can be read.
  std::string_view apart() const { return apart_; }

 private:
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) at_++;
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool skip(char expected) {
    skip_space();
    if (peek() != expected) return false;
    at_++;
    return true;
  }
  std::optional<JSValue> word(std::string_view name, JSValue value) {
    if (!text_.substr(at_).starts_with(name)) return std::nullopt;
    at_ += name.size();
    return value;
  }

  std::optional<JSValue> read_value(Pointer apart = kNowhere) {
    skip_space();
    switch (peek()) {
      case '{': return nested(&Json::read_object, apart);
      case '[': return nested(&Json::read_array, kNowhere);
      case '"': return read_string();
      case 't': return word("true", JS_TRUE);
      case 'f': return word("false", JS_FALSE);
      case 'n': return word("null", JS_NULL);
      default: return read_integer();
    }
  }

  std::optional<JSValue> nested(std::optional<JSValue> (Json::*read)(Pointer), Pointer apart) {
    if (depth_ == kMostDepth) return std::nullopt;
    depth_++;
    at_++;
    std::optional<JSValue> value = (this->*read)(apart);
    depth_--;
    return value;
  }

  std::optional<JSValue> read_object(Pointer apart) {
    Held object(context_, JS_NewObject(context_));
    if (skip('}')) return object.take();
    do {
      if (!read_member(object.get(), apart)) return std::nullopt;
    } while (skip(','));
    if (!skip('}')) return std::nullopt;
    return object.take();
  }

  bool read_member(JSValueConst object, Pointer apart) {
    skip_space();
    std::string unescaped;
    std::optional<std::string_view> name = peek() == '"' ? read_text(unescaped) : std::nullopt;
    if (!name || !skip(':')) return false;
    Pointer inner = below(apart, *name);
    if (inner.data() && inner.empty()) return leave_out();
    std::optional<JSValue> value = read_value(inner);
    if (!value) return false;
    JSAtom atom = JS_NewAtomLen(context_, name->data(), name->size());
    bool twice = JS_GetOwnProperty(context_, nullptr, object, atom) != 0;
    if (twice) JS_FreeValue(context_, *value);
    bool added = !twice && JS_DefinePropertyValue(context_, object, atom, *value, JS_PROP_C_W_E) >= 0;
    JS_FreeAtom(context_, atom);
    keys_++;
    return added;
  }

  // What stands where an object was left out; one is never twice.
  bool leave_out() {
    skip_space();
    if (peek() != '{' || !apart_.empty()) return false;
    apart_ = text_.substr(at_, size_of_object(text_.substr(at_)));
    at_ += apart_.size();
    return !apart_.empty();
  }

  std::optional<JSValue> read_array(Pointer) {
    Elements elements(context_);
    if (skip(']')) return elements.take();
    do {
      std::optional<JSValue> value = read_value();
      if (!value) return std::nullopt;
      elements.add(*value);
    } while (skip(','));
    if (!skip(']')) return std::nullopt;
    return elements.take();
  }

  std::optional<JSValue> read_string() {
    std::string unescaped;
    std::optional<std::string_view> text = read_text(unescaped);
    if (!text) return std::nullopt;
    return JS_NewStringLen(context_, text->data(), text->size());
  }

  // What is between two quotes, as it stands or, where it has escapes, in `unescaped`.
  std::optional<std::string_view> read_text(std::string &unescaped) {
    size_t begin = ++at_;
    bool escaped = false;
    for (; at_ < text_.size() && text_[at_] != '"'; at_++) {
      if (static_cast<unsigned char>(text_[at_]) < ' ') return std::nullopt;
      if (text_[at_] != '\\') continue;
      escaped = true;
      at_++;
    }
    if (at_ >= text_.size()) return std::nullopt;
    std::string_view text = text_.substr(begin, at_++ - begin);
    if (!escaped) return text;
    if (!unescape(text, unescaped)) return std::nullopt;
    return unescaped;
  }

  // An escape is two characters, or six; the text has no backslash at its end.
  static bool unescape(std::string_view text, std::string &out) {
    constexpr std::string_view kLetters = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
    for (size_t at = 0; at < text.size(); at++) {
      if (text[at] != '\\') {
        out += text[at];
        continue;
      }
      char letter = text[++at];
      if (size_t known = kLetters.find(letter); known != kLetters.npos) {
        out += kMeant[known];
      } else if (letter == 'u' && add_character(text.substr(at + 1, 4), out)) {
        at += 4;
      } else {
        return false;
      }
    }
    return true;
  }

  // By four digits, as UTF-8. NUL and halves of surrogate pairs are left to the strict reader.
  static bool add_character(std::string_view digits, std::string &out) {
    unsigned code = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (digits.size() != 4 || error != std::errc() || end != digits.data() + 4) return false;
    if (code == 0 || (code >= 0xd800 && code < 0xe000)) return false;
    if (code < 0x80) {
      out += static_cast<char>(code);
      return true;
    }
    if (code < 0x800) {
      out += static_cast<char>(0xc0 | code >> 6);
    } else {
      out += static_cast<char>(0xe0 | code >> 12);
      out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    }
    out += static_cast<char>(0x80 | (code & 0x3f));
    return true;
  }

  // Without fraction and exponent, which are left to the strict reader, as is a zero with a sign.
  std::optional<JSValue> read_integer() {
    std::string_view rest = text_.substr(at_);
    bool negative = rest.starts_with('-');
    rest.remove_prefix(negative);
    size_t count = std::min(rest.find_first_not_of("0123456789"), rest.size());
    if (count == 0 || count > kMostDigits || (rest[0] == '0' && (count > 1 || negative))) return std::nullopt;
    if (count < rest.size() && std::string_view(".eE").find(rest[count]) != std::string_view::npos) return std::nullopt;
    int64_t number = 0;
    std::from_chars(rest.data(), rest.data() + count, number);
    at_ += negative + count;
    return JS_NewInt64(context_, negative ? -number : number);
  }

  JSContext *context_;
  std::string_view text_;
  size_t at_ = 0;
  unsigned depth_ = 0;
  uint32_t keys_ = 0;
  std::string_view apart_;
};

// readJson(text, apart): {value, keys, apart}, or undefined
JSValue read_json(const Call &call) {
  Text text(call, 0), apart(call, 1);
  Json json(call.context, text.view());
  std::optional<JSValue> value = json.document(apart.view());
  if (!value) return JS_UNDEFINED;
  JSValue document = JS_NewObject(call.context);
  set(call.context, document, "value", *value);
  set(call.context, document, "keys", JS_NewUint32(call.context, json.keys()));
  if (!json.apart().empty()) set(call.context, document, "apart", from_text(call.context, json.apart()));
  return document;
}

constexpr Function kTable[] = {{"readJson", read_json}};

}  // namespace

constinit const std::span<const Function> kJson = kTable;

}  // namespace runts::quickjs
