#include <cerrno>
#include <fcntl.h>

#include "../sys/syscalls.h"
#include "steps.h"

namespace runts::core {
namespace {

constexpr uint32_t kNewUser = 0x10000000;

}  // namespace

Status user_namespace_for(const plan::List<plan::IdMapping> &uids, const plan::List<plan::IdMapping> &gids,
                          const plan::Str &path, Fd &out) {
  return path.empty() ? user_namespace_of(uids, gids, out) : open_namespace_file(path.c_str(), kNewUser, out);
}

Status clone_tree(const plan::Str &source, unsigned how, Fd &out) {
  unsigned flags = sys::kOpenTreeClone | sys::kOpenTreeCloexec | how;
  int fd = sys::open_tree(AT_FDCWD, source.c_str(), flags);
  Report report;
  if (fd < 0) return failed(fd, report.call("open_tree").string(source).flags(flags, kOpenTreeNames));
  out.reset(fd);
  return done();
}

Status idmap_tree(int tree, std::string_view source, int user_namespace, bool recursive) {
  sys::MountAttr attributes{};
  attributes.set = sys::kMountAttrIdmap;
  attributes.userns_fd = static_cast<uint64_t>(user_namespace);
  int error = sys::mount_setattr(tree, recursive, attributes);
  if (!error) return done();
  Report report;
  report.call("mount_setattr").fd(tree, source).word("MOUNT_ATTR_IDMAP");
  if (error == -EINVAL) report.detail("this file system cannot be idmapped, or it is already");
  return failed(error, report);
}

Status open_tree(const plan::OpenTree &step, Context &context) {
  Fd tree, users;
  unsigned how = (step.recursive ? sys::kAtRecursive : 0) | (step.no_follow ? sys::kAtSymlinkNofollow : 0);
  if (Status status = clone_tree(step.source, how, tree); !status.ok()) return status;
  if (!step.uid_mappings.empty() || !step.gid_mappings.empty() || !step.user_namespace.empty()) {
    Status status = user_namespace_for(step.uid_mappings, step.gid_mappings, step.user_namespace, users);
    if (!status.ok()) return status;
    status = idmap_tree(tree.get(), step.source, users.get(), step.idmap_recursive);
    if (!status.ok()) return status;
  }
  give_slot(context, step.slot, std::move(tree));
  return done();
}

}  // namespace runts::core
