#include "report.h"

#include <fcntl.h>
#include <sched.h>

#include "syscalls.h"

namespace runts {
namespace {

constexpr size_t kLongestString = 256;

constexpr FlagName kOpen[] = {
    {O_WRONLY, "O_WRONLY"},       {O_RDWR, "O_RDWR"},         {O_CREAT, "O_CREAT"},
    {O_EXCL, "O_EXCL"},           {O_NOCTTY, "O_NOCTTY"},     {O_NONBLOCK, "O_NONBLOCK"},
    {O_DIRECTORY, "O_DIRECTORY"}, {O_NOFOLLOW, "O_NOFOLLOW"}, {O_CLOEXEC, "O_CLOEXEC"},
    {O_PATH, "O_PATH"},
};
constexpr FlagName kResolve[] = {
    {sys::kResolveNoXdev, "RESOLVE_NO_XDEV"},         {sys::kResolveNoMagiclinks, "RESOLVE_NO_MAGICLINKS"},
    {sys::kResolveNoSymlinks, "RESOLVE_NO_SYMLINKS"}, {sys::kResolveBeneath, "RESOLVE_BENEATH"},
    {sys::kResolveInRoot, "RESOLVE_IN_ROOT"},
};
constexpr FlagName kTree[] = {
    {sys::kOpenTreeClone, "OPEN_TREE_CLONE"},
    {sys::kOpenTreeCloexec, "OPEN_TREE_CLOEXEC"},
    {sys::kAtRecursive, "AT_RECURSIVE"},
    {sys::kAtEmptyPath, "AT_EMPTY_PATH"},
    {sys::kAtSymlinkNofollow, "AT_SYMLINK_NOFOLLOW"},
};
constexpr FlagName kAttributes[] = {
    {sys::kMountAttrRdonly, "MOUNT_ATTR_RDONLY"},
    {sys::kMountAttrNosuid, "MOUNT_ATTR_NOSUID"},
    {sys::kMountAttrNodev, "MOUNT_ATTR_NODEV"},
    {sys::kMountAttrNoexec, "MOUNT_ATTR_NOEXEC"},
    {sys::kMountAttrAtime, "MOUNT_ATTR__ATIME"},
    {sys::kMountAttrNoatime, "MOUNT_ATTR_NOATIME"},
    {sys::kMountAttrStrictatime, "MOUNT_ATTR_STRICTATIME"},
    {sys::kMountAttrNodiratime, "MOUNT_ATTR_NODIRATIME"},
    {sys::kMountAttrIdmap, "MOUNT_ATTR_IDMAP"},
    {sys::kMountAttrNosymfollow, "MOUNT_ATTR_NOSYMFOLLOW"},
};
constexpr FlagName kPropagation[] = {
    {sys::kMsUnbindable, "MS_UNBINDABLE"},
    {sys::kMsPrivate, "MS_PRIVATE"},
    {sys::kMsSlave, "MS_SLAVE"},
    {sys::kMsShared, "MS_SHARED"},
};
constexpr FlagName kNamespaces[] = {
    {0x00000080, "CLONE_NEWTIME"}, {0x00020000, "CLONE_NEWNS"},  {0x02000000, "CLONE_NEWCGROUP"},
    {0x04000000, "CLONE_NEWUTS"},  {0x08000000, "CLONE_NEWIPC"}, {0x10000000, "CLONE_NEWUSER"},
    {0x20000000, "CLONE_NEWPID"},  {0x40000000, "CLONE_NEWNET"},
};

}  // namespace

constinit const std::span<const FlagName> kOpenFlagNames = kOpen;
constinit const std::span<const FlagName> kResolveNames = kResolve;
constinit const std::span<const FlagName> kOpenTreeNames = kTree;
constinit const std::span<const FlagName> kMountAttributeNames = kAttributes;
constinit const std::span<const FlagName> kPropagationNames = kPropagation;
constinit const std::span<const FlagName> kNamespaceNames = kNamespaces;

// A closing bracket is kept at the end of a call at all times, so one byte is held back for it.
void Report::put(char c) {
  if (size_ + 2 > kCap) return;
  bool bracket = is_call_ && !in_detail_;
  if (bracket) size_--;
  text_[size_++] = c;
  if (bracket) text_[size_++] = ')';
}

void Report::put(std::string_view text) {
  for (char c : text) put(c);
}

void Report::put_number(uint64_t value, unsigned base) {
  char digits[24];
  size_t at = sizeof(digits);
  do {
    digits[--at] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value);
  put(std::string_view(digits + at, sizeof(digits) - at));
}

void Report::argument() {
  if (!first_) put(", ");
  first_ = false;
}

void Report::open_detail() {
  if (in_detail_) return;
  in_detail_ = true;
  put('\0');
}

Report &Report::call(std::string_view name) {
  size_ = 0;
  in_detail_ = is_call_ = false;
  first_ = true;
  put(name);
  put("()");
  is_call_ = true;
  return *this;
}

Report &Report::words(std::string_view text) {
  size_ = 0;
  in_detail_ = is_call_ = false;
  first_ = true;
  put(text);
  return *this;
}

Report &Report::fd(int fd, std::string_view stands_for) {
  argument();
  if (fd == AT_FDCWD) {
    put("AT_FDCWD");
    return *this;
  }
  put('[');
  if (fd < 0) put('-');
  put_number(fd < 0 ? static_cast<uint64_t>(-static_cast<int64_t>(fd)) : static_cast<uint64_t>(fd), 10);
  put(']');
  if (!stands_for.empty()) {
    put('<');
    put(stands_for);
    put('>');
  }
  return *this;
}

Report &Report::string(std::string_view text) {
  argument();
  put('"');
  bool cut = text.size() > kLongestString;
  for (char c : cut ? text.substr(0, kLongestString) : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      put('\\');
      put(c);
    } else if (byte < 0x20 || byte == 0x7f) {
      put("\\x");
      put("0123456789abcdef"[byte >> 4]);
      put("0123456789abcdef"[byte & 15]);
    } else {
      put(c);
    }
  }
  put('"');
  if (cut) put("...");
  return *this;
}

Report &Report::number(int64_t value) {
  argument();
  if (value < 0) put('-');
  put_number(value < 0 ? -static_cast<uint64_t>(value) : static_cast<uint64_t>(value), 10);
  return *this;
}

Report &Report::octal(uint64_t value) {
  argument();
  put('0');
  put_number(value, 8);
  return *this;
}

Report &Report::hex(uint64_t value) {
  argument();
  put("0x");
  put_number(value, 16);
  return *this;
}

Report &Report::word(std::string_view text) {
  argument();
  put(text);
  return *this;
}

// A name is used where all its bits are there and none was named before, so a mask must stand before its
// values.
Report &Report::flags(uint64_t value, std::span<const FlagName> names) {
  argument();
  if (!value) put('0');
  bool first = true;
  for (const FlagName &name : names) {
    if (!name.flag || (value & name.flag) != name.flag) continue;
    value &= ~name.flag;
    if (!first) put('|');
    first = false;
    put(name.name);
  }
  if (!value) return *this;
  if (!first) put('|');
  put("0x");
  put_number(value, 16);
  return *this;
}

Report &Report::detail(std::string_view text) {
  open_detail();
  put(text);
  return *this;
}

Report &Report::detail_number(int64_t value) {
  open_detail();
  if (value < 0) put('-');
  put_number(value < 0 ? -static_cast<uint64_t>(value) : static_cast<uint64_t>(value), 10);
  return *this;
}

}  // namespace runts
