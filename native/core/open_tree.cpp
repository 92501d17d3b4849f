#include <cerrno>
#include <fcntl.h>

#include "../sys/syscalls.h"
#include "steps.h"

namespace runts::core {
namespace {

constexpr uint32_t kNewUser = 0x10000000;

Status idmap(const plan::OpenTree &step, int tree) {
  Fd users;
  Status status = step.user_namespace.empty()
                      ? user_namespace_of(step.uid_mappings, step.gid_mappings, users)
                      : open_namespace_file(step.user_namespace.c_str(), kNewUser, users);
  if (!status.ok()) return status;
  sys::MountAttr attributes{};
  attributes.set = sys::kMountAttrIdmap;
  attributes.userns_fd = static_cast<uint64_t>(users.get());
  int error = sys::mount_setattr(tree, step.idmap_recursive, attributes);
  if (!error) return done();
  Report report;
  report.call("mount_setattr").fd(tree, step.source).word("MOUNT_ATTR_IDMAP");
  if (error == -EINVAL) report.detail("this file system cannot be idmapped, or it is already");
  return failed(error, report);
}

}  // namespace

Status open_tree(const plan::OpenTree &step, Context &context) {
  unsigned flags = sys::kOpenTreeClone | sys::kOpenTreeCloexec | (step.recursive ? sys::kAtRecursive : 0);
  int fd = sys::open_tree(AT_FDCWD, step.source.c_str(), flags);
  Report report;
  if (fd < 0) return failed(fd, report.call("open_tree").string(step.source).flags(flags, kOpenTreeNames));
  Fd tree(fd);
  bool maps = !step.uid_mappings.empty() || !step.gid_mappings.empty() || !step.user_namespace.empty();
  if (maps) {
    if (Status status = idmap(step, fd); !status.ok()) return status;
  }
  give_slot(context, step.slot, std::move(tree));
  return done();
}

}  // namespace runts::core
