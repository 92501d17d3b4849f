#include "filesystem.h"

#include <cstring>
#include <fcntl.h>

#include "procfs.h"

namespace runts::init {
namespace {

// The longest data of mount(2): one page.
constexpr size_t kMountDataSize = 4096;

struct LegacyFlag {
  uint64_t attribute;
  unsigned long flag;
};
constexpr LegacyFlag kLegacyFlags[] = {
    {sys::kMountAttrRdonly, 1},        {sys::kMountAttrNosuid, 2},
    {sys::kMountAttrNodev, 4},         {sys::kMountAttrNoexec, 8},
    {sys::kMountAttrNosymfollow, 256}, {sys::kMountAttrNoatime, 1024},
    {sys::kMountAttrNodiratime, 2048}, {sys::kMountAttrStrictatime, 1ul << 24},
};

// What the file system said of its options: lines such as `e tmpfs: Unknown parameter 'x'`, one a read.
void add_log(Report &report, int fs) {
  char line[256];
  bool first = !report.has_detail();
  while (true) {
    ssize_t size = read(fs, line, sizeof(line));
    if (size <= 0) return;
    std::string_view text(line, static_cast<size_t>(size));
    while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    if (text.size() > 2 && text[1] == ' ') text.remove_prefix(2);
    if (!first) report.detail("; ");
    report.detail(text);
    first = false;
  }
}

Result config_failed(Context &context, int fs, int error, std::string_view command, std::string_view key,
                     std::string_view value) {
  Report &report = context.report.call("fsconfig").fd(fs).word(command);
  if (!key.empty()) report.string(key);
  if (!value.empty()) report.string(value);
  add_log(report, fs);
  return Result::failure(error, report);
}

// One option after the other into an fs context.
class Options {
 public:
  Options(Context &context, int fs, bool is_overlay) : context_(context), fs_(fs), is_overlay_(is_overlay) {}
  bool too_long() const { return too_long_; }

  Result set(std::string_view option) {
    size_t equals = option.find('=');
    if (equals == std::string_view::npos) return flag(option);
    std::string_view key = option.substr(0, equals), value = option.substr(equals + 1);
    if (is_overlay_ && key == "lowerdir") return lower_directories(value);
    return string(key, value);
  }

  Result string(std::string_view key, std::string_view value) {
    char name[64];
    char text[sys::kFsconfigMaxString + 1];
    if (!copy(key, name, sizeof(name)))
      return config_failed(context_, fs_, EINVAL, "FSCONFIG_SET_STRING", key, value);
    if (!copy(value, text, sizeof(text))) {
      too_long_ = true;
      return config_failed(context_, fs_, E2BIG, "FSCONFIG_SET_STRING", key, value);
    }
    int error = sys::fsconfig(fs_, sys::kFsconfigSetString, name, text, 0);
    return error < 0 ? config_failed(context_, fs_, -error, "FSCONFIG_SET_STRING", key, value) : Result::ok();
  }

 private:
  Result flag(std::string_view key) {
    char name[64];
    if (!copy(key, name, sizeof(name)))
      return config_failed(context_, fs_, EINVAL, "FSCONFIG_SET_FLAG", key, {});
    int error = sys::fsconfig(fs_, sys::kFsconfigSetFlag, name, nullptr, 0);
    return error < 0 ? config_failed(context_, fs_, -error, "FSCONFIG_SET_FLAG", key, {}) : Result::ok();
  }

  // Lower directories one by one (Linux 6.7), which has no limit on the length of them all; what follows an
  // empty one
  // (`::`) is for data only. An older kernel gets the string as it is.
  Result lower_directories(std::string_view value) {
    bool data_only = false, first = true;
    size_t at = 0;
    while (at <= value.size()) {
      char directory[PATH_MAX];
      size_t size = 0;
      for (; at < value.size() && value[at] != ':'; at++) {
        if (value[at] == '\\' && at + 1 < value.size()) at++;
        if (size + 1 < sizeof(directory)) directory[size++] = value[at];
      }
      at++;
      if (size == 0) {
        data_only = true;
        continue;
      }
      Result result = string(data_only ? "datadir+" : "lowerdir+", std::string_view(directory, size));
      if (result.failed() && first && result.error() == EINVAL) return string("lowerdir", value);
      if (result.failed()) return result;
      first = false;
    }
    return Result::ok();
  }

  static bool copy(std::string_view from, char *to, size_t size) {
    if (from.size() >= size) return false;
    memcpy(to, from.data(), from.size());
    to[from.size()] = 0;
    return true;
  }

  Context &context_;
  int fs_;
  bool is_overlay_;
  bool too_long_ = false;
};

// Four octal digits.
void octal_mode(int mode, char (&out)[5]) {
  for (int i = 0; i < 4; i++) out[i] = static_cast<char>('0' + (mode >> (9 - 3 * i) & 7));
  out[4] = 0;
}

// The options as mount(2) takes them, with commas between. False where they are too long.
bool join_options(const NewFilesystem &wanted, char *out, size_t size) {
  size_t used = 0;
  for (const plan::Str &option : wanted.options) {
    if (used + option.size() + 2 > size) return false;
    if (used) out[used++] = ',';
    memcpy(out + used, option.data(), option.size());
    used += option.size();
  }
  out[used] = 0;
  return true;
}

Result mount_below(Context &context, const NewFilesystem &wanted, int target, const char *data) {
  unsigned long flags = 0;
  for (const LegacyFlag &legacy : kLegacyFlags) {
    if (wanted.attributes & legacy.attribute) flags |= legacy.flag;
  }
  char path[32];
  descriptor_path(target, path);
  const char *source = wanted.source.empty() ? "none" : wanted.source.c_str();
  // The path is relative to the private procfs, since no other can be trusted.
  if (fchdir(context.procfs.get()) != 0) {
    int error = errno;
    return Result::failure(error, context.report.call("fchdir").fd(context.procfs.get(), "proc"));
  }
  int error = sys::mount(source, path, wanted.type.c_str(), flags, data);
  if (chdir("/") != 0 && error == 0) error = -errno;
  if (error == 0) return Result::ok();
  return Result::failure(
      -error,
      context.report.call("mount").string(source).fd(target).string(wanted.type).hex(flags).string(data));
}

}  // namespace

Result make_filesystem(Context &context, const NewFilesystem &wanted, Fd &out, bool &legacy) {
  legacy = false;
  int fs = sys::fsopen(wanted.type.c_str(), sys::kFsopenCloexec);
  if (fs < 0) {
    Report &report = context.report.call("fsopen").string(wanted.type);
    if (fs == -ENODEV) report.detail("the kernel knows no file system of this type");
    return Result::failure(-fs, report);
  }
  Fd holder(fs);
  Options options(context, fs, wanted.type == "overlay");
  Result result = Result::ok();
  if (!wanted.source.empty()) result = options.string("source", wanted.source);
  for (const plan::Str &option : wanted.options) {
    if (!result.failed()) result = options.set(option);
  }
  if (!result.failed() && wanted.mode >= 0) {
    char mode[5];
    octal_mode(wanted.mode, mode);
    result = options.string("mode", mode);
  }
  legacy = options.too_long();
  if (result.failed()) return result;
  int error = sys::fsconfig(fs, sys::kFsconfigCreate, nullptr, nullptr, 0);
  if (error < 0) return config_failed(context, fs, -error, "FSCONFIG_CMD_CREATE", wanted.type, {});
  int tree = sys::fsmount(fs, sys::kFsmountCloexec, static_cast<unsigned>(wanted.attributes));
  if (tree >= 0) {
    out.reset(tree);
    return Result::ok();
  }
  Report &report =
      context.report.call("fsmount").fd(fs, wanted.type).flags(wanted.attributes, kMountAttributeNames);
  add_log(report, fs);
  return Result::failure(-tree, report);
}

Result reconfigure(Context &context, int target, const plan::List<plan::Str> &options) {
  constexpr unsigned kFlags = sys::kFspickCloexec | sys::kFspickEmptyPath;
  int fs = sys::fspick(target, "", kFlags);
  if (fs < 0)
    return Result::failure(
        -fs, context.report.call("fspick").fd(target).string("").word("FSPICK_EMPTY_PATH"));
  Fd holder(fs);
  Options words(context, fs, false);
  for (const plan::Str &option : options) {
    if (Result result = words.set(option); result.failed()) return result;
  }
  int error = sys::fsconfig(fs, sys::kFsconfigReconfigure, nullptr, nullptr, 0);
  return error < 0 ? config_failed(context, fs, -error, "FSCONFIG_CMD_RECONFIGURE", {}, {}) : Result::ok();
}

Result mount_at_once(Context &context, const NewFilesystem &wanted, int target) {
  char data[kMountDataSize];
  if (!join_options(wanted, data, sizeof(data))) {
    return Result::failure(
        E2BIG, context.report.call("mount").string(wanted.type).detail("the options are longer than a page"));
  }
  if (Result result = need_procfs(context); result.failed()) return result;
  return mount_below(context, wanted, target, data);
}

}  // namespace runts::init
