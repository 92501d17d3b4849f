#include "trees.h"

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
  unsigned flags = sys::kOpenTreeClone | sys::kOpenTreeCloexec | sys::kAtEmptyPath | (recursive ? sys::kAtRecursive : 0);
  int tree = sys::open_tree(fd, "", flags);
  if (tree < 0) return Result::failure(-tree, context.report.call("open_tree").fd(fd).string("").flags(flags, kOpenTreeNames));
  out.reset(tree);
  return Result::ok();
}

Result attach(Context &context, int tree, int target, std::string_view at) {
  int error = sys::attach_mount(tree, target);
  if (error == 0) return Result::ok();
  return Result::failure(-error, context.report.call("move_mount").fd(tree).fd(target, at).word("MOVE_MOUNT_F_EMPTY_PATH|MOVE_MOUNT_T_EMPTY_PATH"));
}

}  // namespace runts::init
