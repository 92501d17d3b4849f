// The text that tells which call failed and with which arguments, such as `openat2([5]<root>, "a/b",
// O_PATH)`, and after a NUL any detail. Fixed size, no heap: what does not fit is cut.
//
//   Report report;
//   report.call("openat2").fd(dir, "root").string(path).word("O_PATH");   // the closing bracket comes by
//   itself report.detail("must be mounted on ordinary directory"); memcpy(message.text, report.data(),
//   message.text_size = report.size());
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "../plan/protocol.h"

namespace runts {

struct FlagName {
  uint64_t flag;
  const char *name;
};

class Report {
 public:
  // Starts over with the name of a call.
  Report &call(std::string_view name);
  // Starts over with words that are no call, such as `the plan`.
  Report &words(std::string_view text);

  // Arguments of the call, in order.
  Report &fd(int fd, std::string_view stands_for = {});  // [5]<root>, AT_FDCWD
  Report &string(std::string_view text);  // "quoted", control characters escaped, cut after 256 bytes
  Report &number(int64_t value);
  Report &octal(uint64_t value);
  Report &hex(uint64_t value);
  Report &word(std::string_view text);                             // as it is
  Report &flags(uint64_t value, std::span<const FlagName> names);  // A|B|0x10; 0

  // What stands behind the NUL: pieces are put together.
  Report &detail(std::string_view text);
  Report &detail_number(int64_t value);

  // Call text, and NUL and detail where there is one.
  const char *data() const { return text_; }
  uint32_t size() const { return size_; }
  bool has_detail() const { return in_detail_; }

 private:
  void put(char c);
  void put(std::string_view text);
  void put_number(uint64_t value, unsigned base);
  void argument();
  void open_detail();
  static constexpr uint32_t kCap = protocol::kMaxText;
  uint32_t size_ = 0;
  bool is_call_ = false;
  bool first_ = true;
  bool in_detail_ = false;
  char text_[kCap];
};

// The flags of openat2(2), open_tree(2), mount attributes, propagation and namespaces, by name.
extern const std::span<const FlagName> kOpenFlagNames;
extern const std::span<const FlagName> kResolveNames;
extern const std::span<const FlagName> kOpenTreeNames;
extern const std::span<const FlagName> kMountAttributeNames;
extern const std::span<const FlagName> kPropagationNames;
extern const std::span<const FlagName> kNamespaceNames;

}  // namespace runts
