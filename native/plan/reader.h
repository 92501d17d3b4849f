// Reading an encoded plan where it lies: no copy, no allocation. The wire form is described in src/plan/wire.ts.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "../sys/decimal.h"

namespace runts::plan {

class Reader;

template <typename T>
T read_item(Reader &r);

// A field of the plan; the byte after it is NUL, so data() is a C string.
struct Str : std::string_view {
  Str() = default;
  Str(const char *data, size_t size) : std::string_view(data, size) {}
  const char *c_str() const { return data() ? data() : ""; }
  static Str read(Reader &r);
};

// A name that a plan may use, and the kernel's number for it.
struct Name {
  std::string_view name;
  uint64_t number;
};
using Names = std::span<const Name>;

// Items that are decoded one by one while they are walked over.
template <typename T>
class List {
 public:
  List() = default;
  List(uint32_t count, const char *begin, const char *end) : count_(count), begin_(begin), end_(end) {}
  uint32_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  class Iterator;
  Iterator begin() const;
  Iterator end() const;

 private:
  uint32_t count_ = 0;
  const char *begin_ = nullptr;
  const char *end_ = nullptr;
};

// The place after so many fields; null where there are fewer.
inline const char *skip_fields(const char *at, const char *end, size_t count) {
  constexpr uint64_t kLowBits = 0x7f7f7f7f7f7f7f7f, kOnes = 0x0101010101010101;
  // Eight bytes at a time: the highest bit of each byte of `ends` says whether that byte is NUL.
  for (; end - at >= 8; at += 8) {
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    uint64_t ends = ~(((word & kLowBits) + kLowBits) | word | kLowBits);
    size_t found = ((ends >> 7) * kOnes) >> 56;
    if (found >= count) break;
    count -= found;
  }
  for (; count > 0 && at != end; at++) count -= *at == 0;
  return count == 0 ? at : nullptr;
}

// A bounds-checked cursor over fields. After the first field that is missing or no value of its type, ok() is false, and
// all values are empty.
class Reader {
 public:
  Reader(const char *at, const char *end) : at_(at), end_(end) {}
  bool ok() const { return ok_; }
  const char *at() const { return at_; }
  bool at_end() const { return at_ == end_; }
  // What has not been read.
  std::string_view rest() const { return {at_, static_cast<size_t>(end_ - at_)}; }

  uint32_t u32() { return number<uint32_t>(); }
  int32_t i32() { return number<int32_t>(); }
  uint64_t u64() { return number<uint64_t>(); }
  int64_t i64() { return number<int64_t>(); }

  Str str() {
    const void *nul = ok_ && at_ != end_ ? memchr(at_, 0, static_cast<size_t>(end_ - at_)) : nullptr;
    if (!nul) {
      ok_ = false;
      return Str("", 0);
    }
    Str field(at_, static_cast<size_t>(static_cast<const char *>(nul) - at_));
    at_ += field.size() + 1;
    return field;
  }

  bool boolean() {
    Str field = str();
    bool value = field == "true";
    ok_ = ok_ && (value || field == "false");
    return value;
  }

  template <typename N>
  N number() {
    N value = 0;
    ok_ = ok_ && parse_decimal(str(), value);
    return ok_ ? value : 0;
  }

  uint32_t choice(Names names) { return static_cast<uint32_t>(number_of(str(), names)); }

  uint64_t flags(Names names) {
    std::string_view rest = str();
    uint64_t mask = 0;
    for (bool more = !rest.empty(); more && ok_;) {
      size_t comma = rest.find(',');
      mask |= number_of(rest.substr(0, comma), names);
      more = comma != std::string_view::npos;
      if (more) rest.remove_prefix(comma + 1);
    }
    return ok_ ? mask : 0;
  }

  template <typename T>
  List<T> list() {
    uint32_t count = u32();
    const char *begin = at_;
    for (uint32_t i = 0; ok_ && i < count; i++) read_item<T>(*this);
    return ok_ ? List<T>(count, begin, at_) : List<T>();
  }

 private:
  uint64_t number_of(std::string_view field, Names names) {
    for (const Name &known : names) {
      if (known.name == field) return known.number;
    }
    ok_ = false;
    return 0;
  }
  const char *at_;
  const char *end_;
  bool ok_ = true;
};

template <typename T>
T read_item(Reader &r) {
  return T::read(r);
}
template <>
inline uint32_t read_item<uint32_t>(Reader &r) {
  return r.number<uint32_t>();
}
template <>
inline uint8_t read_item<uint8_t>(Reader &r) {
  return r.number<uint8_t>();
}
inline Str Str::read(Reader &r) { return r.str(); }

template <typename T>
class List<T>::Iterator {
 public:
  Iterator(uint32_t left, const char *at, const char *end) : left_(left), reader_(at, end) { load(); }
  const T &operator*() const { return value_; }
  Iterator &operator++() {
    left_--;
    load();
    return *this;
  }
  bool operator!=(const Iterator &other) const { return left_ != other.left_; }

 private:
  void load() {
    if (left_) value_ = read_item<T>(reader_);
  }
  uint32_t left_;
  Reader reader_;
  T value_{};
};

template <typename T>
typename List<T>::Iterator List<T>::begin() const {
  return Iterator(count_, begin_, end_);
}
template <typename T>
typename List<T>::Iterator List<T>::end() const {
  return Iterator(0, end_, end_);
}

}  // namespace runts::plan
