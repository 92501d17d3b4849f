#include "xattrs.h"

#include <algorithm>
#include <linux/limits.h>
#include <sys/xattr.h>
#include <vector>

#include "actions.h"

namespace runts::layer {
namespace {

// By a descriptor, or by a name in the working directory.
struct Place {
  int fd;
  const char *name;

  int set(const char *xattr, std::string_view value) const {
    return name ? lsetxattr(name, xattr, value.data(), value.size(), 0)
                : fsetxattr(fd, xattr, value.data(), value.size(), 0);
  }
  Status failed(std::string_view path, std::string_view xattr) const {
    int error = errno;
    Report report;
    if (name) report.call("lsetxattr").string(path);
    else report.call("fsetxattr").fd(fd, path);
    return core::failed(error, report.string(xattr));
  }
};

// Files that are no regular ones and no directories take none of a user's (xattr(7)).
bool is_refusal(int error, const Place &place, std::string_view xattr) {
  return error == ENOTSUP || (error == EPERM && place.name && xattr.starts_with("user."));
}

Status set_all(const Place &place, std::string_view xattrs, std::string_view path, Lost &lost) {
  Bytes list(xattrs);
  for (Xattr xattr; read_xattr(list, xattr);) {
    if (place.set(xattr.name.data(), xattr.value) == 0) continue;
    if (!is_refusal(errno, place, xattr.name)) return place.failed(path, xattr.name);
    if (lost.count++ > 0) continue;
    lost.path = path;
    lost.xattr = xattr.name;
  }
  return done();
}

bool is_of_one_file(std::string_view name) {
  return name.starts_with("trusted.overlay.") || name.starts_with("user.overlay.") || name == "security.selinux";
}

// Grows until all fits, as it may change meanwhile.
template <typename Get>
ssize_t get_whole(std::string &out, Get get) {
  out.resize(256);
  while (true) {
    ssize_t size = get(out.data(), out.size());
    if (size >= 0) out.resize(static_cast<size_t>(size));
    if (size >= 0 || errno != ERANGE || out.size() >= XATTR_SIZE_MAX) return size;
    out.resize(out.size() * 4);
  }
}

Status failed_to_read(const char *call, std::string_view path, std::string_view xattr) {
  int error = errno;
  Report report;
  return core::failed(error, report.call(call).string(path).string(xattr));
}

std::vector<std::string> split(const std::string &list) {
  std::vector<std::string> names;
  for (size_t at = 0; at < list.size(); at += names.back().size() + 1) names.emplace_back(list.c_str() + at);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

Status set_xattrs(int fd, std::string_view xattrs, std::string_view path, Lost &lost) {
  return set_all({fd, nullptr}, xattrs, path, lost);
}
Status set_xattrs_here(const char *name, std::string_view xattrs, std::string_view path, Lost &lost) {
  return set_all({-1, name}, xattrs, path, lost);
}
Status read_xattrs_here(const char *name, bool follow, Which which, std::string_view path, std::string &out) {
  std::string list, value;
  auto list_names = [&](char *to, size_t size) { return (follow ? listxattr : llistxattr)(name, to, size); };
  if (get_whole(list, list_names) < 0) return errno == ENOTSUP ? done() : failed_to_read("listxattr", path, "");
  for (const std::string &xattr : split(list)) {
    if (which == Which::kCopied && is_of_one_file(xattr)) continue;
    auto get_value = [&](char *to, size_t size) {
      return (follow ? getxattr : lgetxattr)(name, xattr.c_str(), to, size);
    };
    if (get_whole(value, get_value) >= 0) {
      put_text(out, xattr);
      put_text(out, value);
    } else if (errno != ENODATA) {
      return failed_to_read("getxattr", path, xattr);
    }
  }
  return done();
}

}  // namespace runts::layer
