// A whole encoded plan: its header checked, its steps found by their sizes.
#pragma once
#include "steps.gen.h"

namespace runts::plan {

inline constexpr uint32_t kMagic = 0x4e4c5052;
inline constexpr uint32_t kMaxSteps = 1u << 16;

enum class Side : uint32_t { Host, Init };

// One step of a plan: its kind, its side, and a reader over its fields.
struct Entry {
  Kind kind{};
  Side on{};
  Reader fields{nullptr, nullptr};
  // False where the fields are not those of a T, which then holds nothing that may be used.
  template <typename T>
  bool decode(T &out) const {
    Reader copy = fields;
    out = T::read(copy);
    return copy.ok() && copy.at_end();
  }
};

// A view of plan bytes that stay alive as long as the view. Steps are reached in order, by next().
class View {
 public:
  View(const uint8_t *data, size_t size) : at_(data), end_(data + size) {
    Reader header(data, end_);
    ok_ = header.u32() == kMagic && header.u32() == kSchema;
    count_ = header.u32();
    ok_ = ok_ && header.ok() && count_ <= kMaxSteps;
    if (ok_) at_ = header.at();
  }
  // False for bytes that are no plan of this build.
  bool ok() const { return ok_; }
  uint32_t count() const { return count_; }
  // Index of the step that next() gives.
  uint32_t index() const { return index_; }
  bool more() const { return ok_ && index_ < count_; }

  // The next step; false (and ok() false) where the bytes are damaged.
  bool next(Entry &entry) {
    Reader head(at_, end_);
    uint32_t size = head.u32(), kind = head.u32(), on = head.u32();
    if (!head.ok() || size < 12 || size > static_cast<size_t>(end_ - at_) || kind >= kKindCount || on > 1) {
      ok_ = false;
      return false;
    }
    entry = Entry{static_cast<Kind>(kind), static_cast<Side>(on), Reader(head.at(), at_ + size)};
    at_ += size;
    index_++;
    return true;
  }

 private:
  const uint8_t *at_;
  const uint8_t *end_;
  uint32_t count_ = 0;
  uint32_t index_ = 0;
  bool ok_ = false;
};

}  // namespace runts::plan
