#include "trees.h"

#include <sys/stat.h>
#include <sys/vfs.h>

namespace runts::init {

sys::MountAttr attributes(uint64_t set, uint64_t clear, uint64_t propagation) {
  if ((set | clear) & sys::kMountAttrAtime) clear |= sys::kMountAttrAtime;
  return sys::MountAttr{set, clear, propagation, 0};
}

Result set_attributes(Context &context, int tree, bool recursive, const sys::MountAttr &attr) {
  if (!attr.set && !attr.clear && !attr.propagation) return Result::ok();
  int error = sys::mount_setattr(tree, recursive, attr);
  if (error == 0) return Result::ok();
  Report &report = context.report.call("mount_setattr").fd(tree);
  report.flags(sys::kAtEmptyPath | (recursive ? sys::kAtRecursive : 0), kOpenTreeNames);
  report.flags(attr.set, kMountAttributeNames).flags(attr.clear, kMountAttributeNames);
  report.flags(attr.propagation, kPropagationNames);
  return Result::failure(-error, report);
}

Result clone_tree(Context &context, int fd, bool recursive, Fd &out) {
  unsigned flags =
      sys::kOpenTreeClone | sys::kOpenTreeCloexec | sys::kAtEmptyPath | (recursive ? sys::kAtRecursive : 0);
  int tree = sys::open_tree(fd, "", flags);
  if (tree < 0)
    return Result::failure(-tree,
                           context.report.call("open_tree").fd(fd).string("").flags(flags, kOpenTreeNames));
  out.reset(tree);
  return Result::ok();
}

Result refuse_on_procfs(Context &context, int target, std::string_view at, bool tree_is_procfs) {
  struct statfs system{};
  if (fstatfs(target, &system) != 0) {
    int error = errno;
    return Result::failure(error, context.report.call("fstatfs").fd(target, at));
  }
  struct stat status{};
  bool whole = tree_is_procfs && fstat(target, &status) == 0 && status.st_ino == sys::kProcRootInode;
  if (system.f_type != sys::kProcMagic || whole) return Result::ok();
  context.report.call("fstatfs").fd(target, at);
  return Result::failure(
      EACCES, context.report.detail("the target lies on a procfs, where only procfs itself and a few emulated "
                                    "files below /proc may be mounted"));
}

Result attach(Context &context, int tree, int target, std::string_view at) {
  int error = sys::attach_mount(tree, target);
  if (error == 0) return Result::ok();
  Report &report = context.report.call("move_mount").fd(tree).fd(target, at);
  report.word("MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH");
  struct stat from{}, to{};
  if (fstat(tree, &from) == 0 && fstat(target, &to) == 0 && S_ISDIR(from.st_mode) != S_ISDIR(to.st_mode)) {
    // not "is a directory": docker takes that for a program that is one
    report.detail(S_ISDIR(to.st_mode) ? "a file cannot cover a directory" : "a directory cannot cover a file");
    return Result::failure(ENOTDIR, report);
  }
  return Result::failure(-error, report);
}

}  // namespace runts::init
