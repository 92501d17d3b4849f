#include "attributes.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "../sys/beneath.h"
#include "../sys/fd.h"

namespace runts::layer {
namespace {

bool wants_owner(const Has &has, const Attributes &attributes) {
  return has.uid != attributes.uid || has.gid != attributes.gid;
}

bool wants_mode(const Has &has, const Attributes &attributes) {
  mode_t left = has.mode & (wants_owner(has, attributes) ? 0777 : 07777);
  return left != attributes.mode;
}

}  // namespace

Status give_attributes(int fd, Has has, const Attributes &attributes, std::string_view path, Lost &lost) {
  if (wants_owner(has, attributes) && fchown(fd, attributes.uid, attributes.gid) != 0)
    return failed_on("fchown", fd, path);
  if (wants_mode(has, attributes) && fchmod(fd, attributes.mode) != 0) return failed_on("fchmod", fd, path);
  if (!attributes.xattrs.empty()) {
    Status status = set_xattrs(fd, attributes.xattrs, path, lost);
    if (!status.ok()) return status;
  }
  timespec times[] = {attributes.mtime, attributes.mtime};
  return futimens(fd, times) == 0 ? done() : failed_on("futimens", fd, path);
}

Status give_attributes_at(int directory, const char *name, Has has, const Attributes &attributes, std::string_view path,
                          Lost &lost) {
  if (wants_owner(has, attributes) &&
      fchownat(directory, name, attributes.uid, attributes.gid, AT_SYMLINK_NOFOLLOW) != 0)
    return failed_at("fchownat", directory, name);
  if (!S_ISLNK(has.mode) && wants_mode(has, attributes) &&
      fchmodat(directory, name, attributes.mode, AT_SYMLINK_NOFOLLOW) != 0)
    return failed_at("fchmodat", directory, name);
  if (!attributes.xattrs.empty()) {
    if (fchdir(directory) != 0) return failed_on("fchdir", directory, path);
    Status status = set_xattrs_here(name, attributes.xattrs, path, lost);
    if (!status.ok()) return status;
  }
  timespec times[] = {attributes.mtime, attributes.mtime};
  if (utimensat(directory, name, times, AT_SYMLINK_NOFOLLOW) != 0) return failed_at("utimensat", directory, name);
  return done();
}

Status change_attributes_at(int directory, const char *name, const Attributes &attributes, std::string_view path, Lost &lost) {
  struct stat status;
  if (fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return failed_at("newfstatat", directory, name);
  Fd file;
  if (S_ISREG(status.st_mode)) {
    file.reset(sys::open_beneath(directory, name, O_RDONLY | O_NONBLOCK));
    if (!file) return failed_at("openat2", directory, name);
    if (fstat(file.get(), &status) != 0) return failed_on("fstat", file.get(), path);
  }
  Has has{status.st_uid, status.st_gid, status.st_mode};
  return file ? give_attributes(file.get(), has, attributes, path, lost)
              : give_attributes_at(directory, name, has, attributes, path, lost);
}

}  // namespace runts::layer
