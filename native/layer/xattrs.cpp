#include "xattrs.h"

#include <sys/xattr.h>

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
  ssize_t list(char *out, size_t size) const { return name ? llistxattr(name, out, size) : flistxattr(fd, out, size); }
  ssize_t get(const char *xattr, char *out, size_t size) const {
    return name ? lgetxattr(name, xattr, out, size) : fgetxattr(fd, xattr, out, size);
  }
  Status failed(std::string_view call, std::string_view path, std::string_view xattr) const {
    int error = errno;
    Report report;
    report.call(std::string(name ? "l" : "f").append(call));
    if (name) report.string(path);
    else report.fd(fd, path);
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
    if (!is_refusal(errno, place, xattr.name)) return place.failed("setxattr", path, xattr.name);
    if (lost.count++ > 0) continue;
    lost.path = path;
    lost.xattr = xattr.name;
  }
  return done();
}

bool is_of_this_layer(std::string_view name) {
  return name.starts_with("trusted.overlay.") || name.starts_with("user.overlay.") || name == "security.selinux";
}

// Grows until all fits, as it may change meanwhile.
template <typename Get>
ssize_t get_whole(std::string &out, Get get) {
  out.resize(256);
  while (true) {
    ssize_t size = get(out.data(), out.size());
    if (size >= 0) out.resize(static_cast<size_t>(size));
    if (size >= 0 || errno != ERANGE || out.size() >= 65536) return size;
    out.resize(out.size() * 4);
  }
}

Status read_all(const Place &place, std::string_view path, std::string &out) {
  std::string names, value;
  if (get_whole(names, [&](char *to, size_t size) { return place.list(to, size); }) < 0)
    return errno == ENOTSUP ? done() : place.failed("listxattr", path, "");
  for (size_t at = 0; at < names.size(); at += strlen(names.c_str() + at) + 1) {
    const char *name = names.c_str() + at;
    if (is_of_this_layer(name)) continue;
    if (get_whole(value, [&](char *to, size_t size) { return place.get(name, to, size); }) < 0) {
      if (errno == ENODATA) continue;
      return place.failed("getxattr", path, name);
    }
    put_text(out, name);
    put_text(out, value);
  }
  return done();
}

}  // namespace

Status set_xattrs(int fd, std::string_view xattrs, std::string_view path, Lost &lost) {
  return set_all({fd, nullptr}, xattrs, path, lost);
}
Status set_xattrs_here(const char *name, std::string_view xattrs, std::string_view path, Lost &lost) {
  return set_all({-1, name}, xattrs, path, lost);
}
Status read_xattrs(int fd, std::string_view path, std::string &out) { return read_all({fd, nullptr}, path, out); }
Status read_xattrs_here(const char *name, std::string_view path, std::string &out) {
  return read_all({-1, name}, path, out);
}

}  // namespace runts::layer
