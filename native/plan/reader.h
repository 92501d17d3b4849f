// Reading an encoded plan where it lies: no copy, no allocation. The wire form is described in src/plan/wire.ts.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace runts::plan {

class Reader;

template <typename T>
T read_item(Reader &r);

// A string of the plan; the byte after it is NUL, so data() is a C string (the host has refused NUL inside).
struct Str : std::string_view {
  Str() = default;
  Str(const char *data, size_t size) : std::string_view(data, size) {}
  const char *c_str() const { return data() ? data() : ""; }
  static Str read(Reader &r);
};

// Items that are decoded one by one while they are walked over.
template <typename T>
class List {
 public:
  List() = default;
  List(uint32_t count, const uint8_t *begin, const uint8_t *end) : count_(count), begin_(begin), end_(end) {}
  uint32_t size() const { return count_; }
  bool empty() const { return count_ == 0; }
  class Iterator;
  Iterator begin() const;
  Iterator end() const;

 private:
  uint32_t count_ = 0;
  const uint8_t *begin_ = nullptr;
  const uint8_t *end_ = nullptr;
};

// A bounds-checked cursor. After the first read past the end, ok() is false and all values are zero.
class Reader {
 public:
  Reader(const uint8_t *at, const uint8_t *end) : at_(at), end_(end) {}
  bool ok() const { return ok_; }
  const uint8_t *at() const { return at_; }
  bool at_end() const { return at_ == end_; }

  uint32_t u32() { return number<uint32_t>(); }
  int32_t i32() { return number<int32_t>(); }
  uint64_t u64() { return number<uint64_t>(); }
  int64_t i64() { return number<int64_t>(); }
  bool boolean() { return u32() != 0; }

  Str str() {
    uint32_t size = u32();
    const char *data = reinterpret_cast<const char *>(take(static_cast<size_t>(size) + 1));
    if (!data || data[size] != 0) {
      ok_ = false;
      return Str("", 0);
    }
    return Str(data, size);
  }

  template <typename T>
  List<T> list() {
    uint32_t count = u32();
    const uint8_t *begin = at_;
    for (uint32_t i = 0; ok_ && i < count; i++) read_item<T>(*this);
    return ok_ ? List<T>(count, begin, at_) : List<T>();
  }

 private:
  template <typename N>
  N number() {
    N value = 0;
    if (const uint8_t *data = take(sizeof(N))) memcpy(&value, data, sizeof(N));
    return value;
  }
  const uint8_t *take(size_t size) {
    if (!ok_ || static_cast<size_t>(end_ - at_) < size) {
      ok_ = false;
      return nullptr;
    }
    const uint8_t *data = at_;
    at_ += size;
    return data;
  }
  const uint8_t *at_;
  const uint8_t *end_;
  bool ok_ = true;
};

template <typename T>
T read_item(Reader &r) {
  return T::read(r);
}
template <>
inline uint32_t read_item<uint32_t>(Reader &r) {
  return r.u32();
}
inline Str Str::read(Reader &r) { return r.str(); }

template <typename T>
class List<T>::Iterator {
 public:
  Iterator(uint32_t left, const uint8_t *at, const uint8_t *end) : left_(left), reader_(at, end) { load(); }
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
