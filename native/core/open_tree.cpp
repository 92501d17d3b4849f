#include <cerrno>
#include <fcntl.h>
#include <sched.h>

#include "../sys/syscalls.h"
#include "own_thread.h"
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

namespace {

// The thread cannot leave the namespace for the one of the others again, and ends.
Status clone_inside(const plan::OpenTree &step, int process, Fd &out) {
  if (unshare(CLONE_FS) != 0) return failed(errno, "unshare(CLONE_FS)");
  Report report;
  int error = sys::setns(process, CLONE_NEWNS);
  if (error < 0) return failed(error, report.call("setns").fd(process, "container").word("CLONE_NEWNS"));
  Fd root(open(step.root.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root) return failed(errno, report.call("open").string(step.root));
  // Links in the root are the image's: they may not lead out.
  uint64_t how = O_PATH | O_CLOEXEC | (step.no_follow ? O_NOFOLLOW : 0);
  int fd = sys::openat2(root.get(), step.source.c_str(),
                        {how, 0, sys::kResolveInRoot | sys::kResolveNoMagiclinks});
  if (fd < 0) return failed(fd, report.call("openat2").fd(root.get(), "root").string(step.source));
  Fd source(fd);
  unsigned flags = sys::kOpenTreeClone | sys::kOpenTreeCloexec | sys::kAtEmptyPath |
                   (step.recursive ? sys::kAtRecursive : 0);
  int tree = sys::open_tree(source.get(), "", flags);
  if (tree < 0)
    return failed(tree, report.call("open_tree").fd(fd, step.source).string("").flags(flags, kOpenTreeNames));
  out.reset(tree);
  return done();
}

// With the host's rights, by a thread that joins the container's mount namespace.
Status clone_in_container(const plan::OpenTree &step, const Context &context, Fd &out) {
  Status status;
  int error = on_own_thread([&] { status = clone_inside(step, context.process.pidfd.get(), out); });
  return error < 0 ? failed(error, "pthread_create()") : status;
}

}  // namespace

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
  Status cloned = step.root.empty() ? clone_tree(step.source, how, tree)
                                    : clone_in_container(step, context, tree);
  if (!cloned.ok()) return cloned;
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
