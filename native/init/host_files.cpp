#include "host_files.h"

#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>

#include "cut.h"
#include "procfs.h"

namespace runts::init {
namespace {

constexpr size_t kMostBytes = 16 << 20;

// Spaces and the like stand as backslash and three octal digits. False where it does not fit.
bool unescape(std::string_view text, char *out, size_t size) {
  size_t used = 0;
  for (size_t i = 0; i < text.size(); i++) {
    if (used + 1 >= size) return false;
    bool escaped = text[i] == '\\' && i + 3 < text.size();
    out[used++] =
        escaped ? static_cast<char>((text[i + 1] - '0') << 6 | (text[i + 2] - '0') << 3 | (text[i + 3] - '0'))
                : text[i];
    if (escaped) i += 3;
  }
  out[used] = 0;
  return true;
}

bool is_below(std::string_view path, std::string_view root) {
  return path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
}

// id parent device root mountpoint options... - type source options: the mount point of a whole procfs or
// sysfs.
std::string_view whole_mount(std::string_view line) {
  size_t dash = line.find(" - ");
  if (dash == std::string_view::npos) return {};
  std::string_view behind = line.substr(dash + 3), type = cut(behind, ' ');
  for (int i = 0; i < 3; i++) cut(line, ' ');
  bool whole = cut(line, ' ') == "/";
  return whole && (type == "proc" || type == "sysfs") ? cut(line, ' ') : std::string_view();
}

Result hide(Context &context, const char *path) {
  int error = sys::mount_setattr(AT_FDCWD, path, sys::kAtRecursive, sys::MountAttr{0, 0, sys::kMsSlave, 0});
  // It went with one above it.
  if (error == -ENOENT || error == -EINVAL) return Result::ok();
  if (error == 0) error = sys::umount2(path, sys::kMntDetach);
  if (error == -EINVAL || error == -EPERM)
    error = sys::mount("tmpfs", path, "tmpfs", sys::kMountAttrRdonly, nullptr);
  return error == 0 ? Result::ok()
                    : Result::failure(-error, context.report.call("umount2").string(path).word("MNT_DETACH"));
}

Result read_mounts(Context &context, char *memory, size_t &size) {
  char path[64];
  if (!own_procfs_path(context, "mountinfo", path, sizeof(path))) {
    return Result::failure(ENOENT,
                           context.report.call("readlinkat").fd(context.procfs.get(), "proc").string("self"));
  }
  Fd file(openat(context.procfs.get(), path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  ssize_t got = file ? 1 : -1;
  for (size = 0; got > 0 && size < kMostBytes; size += static_cast<size_t>(got)) {
    got = read(file.get(), memory + size, kMostBytes - size);
    if (got < 0) break;
  }
  if (got == 0) return Result::ok();
  int error = got < 0 ? errno : EFBIG;
  return Result::failure(error, context.report.call("read").fd(file.get(), path));
}

}  // namespace

Result hide_host_files(Context &context) {
  if (Result result = need_procfs(context); result.failed()) return result;
  char link[32], root[PATH_MAX];
  descriptor_path(context.root.get(), link);
  ssize_t root_size = readlinkat(context.procfs.get(), link, root, sizeof(root));
  void *memory =
      mmap(nullptr, kMostBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (root_size <= 0 || memory == MAP_FAILED)
    return Result::failure(ENOMEM, context.report.call("readlinkat").string(link));
  size_t size = 0;
  Result result = read_mounts(context, static_cast<char *>(memory), size);
  std::string_view mounts(static_cast<char *>(memory), size), own(root, static_cast<size_t>(root_size));
  while (!result.failed() && !mounts.empty()) {
    char path[PATH_MAX];
    std::string_view point = whole_mount(cut(mounts, '\n'));
    if (point.empty() || !unescape(point, path, sizeof(path)) || is_below(path, own)) continue;
    result = hide(context, path);
  }
  munmap(memory, kMostBytes);
  return result;
}

}  // namespace runts::init
