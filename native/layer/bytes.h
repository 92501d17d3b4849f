// A bounds-checked cursor over little-endian numbers and texts. After the first that is missing or is none, ok() is false and all
// values are empty.
#pragma once
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace runts::layer {

static_assert(std::endian::native == std::endian::little);

class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : rest_(bytes) {}
  bool ok() const { return ok_; }
  bool more() const { return ok_ && !rest_.empty(); }

  template <typename N>
  N number() {
    N value = 0;
    std::string_view from = take(sizeof(value));
    if (ok_) memcpy(&value, from.data(), sizeof(value));
    return value;
  }

  // Its length, its bytes, and a NUL that makes a C string of it.
  std::string_view text() {
    uint32_t size = number<uint32_t>();
    std::string_view bytes = take(size);
    if (take(1) != std::string_view("", 1)) ok_ = false;
    return ok_ ? bytes : std::string_view("", 0);
  }

  // So many bytes as they are.
  std::string_view take(uint64_t size) {
    if (!ok_ || size > rest_.size()) {
      ok_ = false;
      return {};
    }
    std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  const char *at() const { return rest_.data(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

// The same, written.
template <typename N>
void put_number(std::string &out, N value) {
  out.append(reinterpret_cast<const char *>(&value), sizeof(value));
}
inline void put_text(std::string &out, std::string_view text) {
  put_number(out, static_cast<uint32_t>(text.size()));
  out.append(text).push_back('\0');
}

}  // namespace runts::layer
