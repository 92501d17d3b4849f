#include "attributes.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace runts::layer {

Status give_attributes(int fd, uint32_t mode, const Attributes &attributes, std::string_view path, Maker &maker) {
  if (!maker.owns(attributes) && fchown(fd, attributes.uid, attributes.gid) != 0)
    return failed_on("fchown", fd, path);
  if (mode != attributes.mode && fchmod(fd, attributes.mode) != 0) return failed_on("fchmod", fd, path);
  if (!attributes.xattrs.empty()) {
    Status status = set_xattrs(fd, attributes.xattrs, path, maker.lost);
    if (!status.ok()) return status;
  }
  timespec times[] = {attributes.mtime, attributes.mtime};
  return futimens(fd, times) == 0 ? done() : failed_on("futimens", fd, path);
}

Status give_attributes_at(int directory, const char *name, bool is_link, const Attributes &attributes, std::string_view path,
                          Maker &maker) {
  if (!maker.owns(attributes)) {
    if (fchownat(directory, name, attributes.uid, attributes.gid, AT_SYMLINK_NOFOLLOW) != 0)
      return failed_at("fchownat", directory, name);
    if (!is_link && (attributes.mode & kSpecialBits) &&
        fchmodat(directory, name, attributes.mode, AT_SYMLINK_NOFOLLOW) != 0)
      return failed_at("fchmodat", directory, name);
  }
  if (!attributes.xattrs.empty()) {
    if (fchdir(directory) != 0) return failed_on("fchdir", directory, path);
    Status status = set_xattrs_here(name, attributes.xattrs, path, maker.lost);
    if (!status.ok()) return status;
  }
  timespec times[] = {attributes.mtime, attributes.mtime};
  if (utimensat(directory, name, times, AT_SYMLINK_NOFOLLOW) != 0) return failed_at("utimensat", directory, name);
  return done();
}

}  // namespace runts::layer
