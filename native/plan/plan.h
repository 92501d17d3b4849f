// A whole encoded plan: its header checked, its steps found by their numbers of fields.
#pragma once
#include "steps.gen.h"

namespace runts::plan {

inline constexpr std::string_view kMagic = "RPLN";
inline constexpr uint32_t kMaxSteps = 1u << 16;

enum class Side : uint32_t { Host, Init };
inline constexpr Name kSides[] = {{"host", 0}, {"init", 1}};

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

// A view of a plan's text that stays alive as long as the view. Steps are reached in order, by next().
class View {
 public:
  explicit View(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {
    Reader header(at_, end_);
    of_this_build_ = header.str() == kMagic && header.u32() == kSchema;
    count_ = header.u32();
    uint32_t fields = header.u32();
    at_ = header.at();
    // A NUL inside a text, whoever wrote it there, is one field too many.
    ok_ = of_this_build_ && header.ok() && count_ <= kMaxSteps && skip_fields(at_, end_, fields) == end_;
  }
  // False for a text that is no plan of this build.
  bool of_this_build() const { return of_this_build_; }
  // False for a damaged one as well.
  bool ok() const { return ok_; }
  uint32_t count() const { return count_; }
  // Index of the step that next() gives.
  uint32_t index() const { return index_; }
  bool more() const { return ok_ && index_ < count_; }

  // The next step; false (and ok() false) where the text is damaged.
  bool next(Entry &entry) {
    Reader head(at_, end_);
    uint32_t kind = head.u32(), on = head.choice(kSides), fields = head.u32();
    const char *after = head.ok() && kind < kKindCount ? skip_fields(head.at(), end_, fields) : nullptr;
    if (!after || (index_ + 1 == count_ && after != end_)) {
      ok_ = false;
      return false;
    }
    entry = Entry{static_cast<Kind>(kind), static_cast<Side>(on), Reader(head.at(), after)};
    at_ = after;
    index_++;
    return true;
  }

 private:
  const char *at_;
  const char *end_;
  uint32_t count_ = 0;
  uint32_t index_ = 0;
  bool of_this_build_ = false;
  bool ok_ = false;
};

}  // namespace runts::plan
