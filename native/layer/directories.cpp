#include "directories.h"

#include <sys/xattr.h>

namespace runts::layer {

void Directories::set(std::string_view path, const Attributes &attributes) {
  auto found = directories_.find(path);
  Directory &directory = found == directories_.end() ? directories_[std::string(path)] : found->second;
  directory.attributes = attributes;
  directory.xattrs = attributes.xattrs;
}

bool Directories::set_opaque(std::string_view path) {
  // The root of the layer is there before any action; its attributes are to come.
  auto found = path.empty() ? directories_.try_emplace(std::string()).first : directories_.find(path);
  if (found == directories_.end()) return false;
  found->second.opaque = true;
  return true;
}

void Directories::forget(std::string_view path) {
  directories_.erase(std::string(path));
  std::string below = std::string(path) + '/', behind = std::string(path) + '0';
  static_assert('/' + 1 == '0');
  directories_.erase(directories_.lower_bound(below), directories_.lower_bound(behind));
}

// What is below a path comes behind it in the order of bytes.
Status Directories::finish(Parents &parents, Maker &maker) {
  for (auto at = directories_.rbegin(); at != directories_.rend(); ++at) {
    int fd;
    Status status = parents.open(at->first, fd);
    if (status.ok()) status = finish(fd, at->first, at->second, maker);
    if (!status.ok()) return status;
  }
  return done();
}

Status Directories::finish(int fd, const std::string &path, Directory &directory, Maker &maker) {
  if (directory.opaque && fsetxattr(fd, kOpaque, "y", 1, 0) != 0) return failed_on("fsetxattr", fd, path);
  directory.attributes.xattrs = directory.xattrs;
  return give_attributes(fd, maker.made(kOwnMode), directory.attributes, path, maker.lost);
}

}  // namespace runts::layer
