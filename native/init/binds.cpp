// Clones of what is mounted elsewhere, and changes of what is mounted already.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "handlers.h"
#include "paths.h"
#include "trees.h"

namespace runts::init {
namespace {

// The flags that a bind with flags of its own takes from nowhere else, see bind_attributes.
constexpr uint64_t kFlagsOfBind =
    sys::kMountAttrRdonly | sys::kMountAttrNosuid | sys::kMountAttrNodev | sys::kMountAttrNoexec | sys::kMountAttrNosymfollow;

Result open_source(Context &context, const plan::Bind &step, Fd &tree) {
  if (step.slot) {
    tree = take_slot(context, step.slot);
    return tree ? Result::ok() : no_such_slot(context, step.slot);
  }
  unsigned flags = sys::kOpenTreeClone | sys::kOpenTreeCloexec | (step.recursive ? sys::kAtRecursive : 0);
  int fd = sys::open_tree(AT_FDCWD, step.source.c_str(), flags);
  if (fd >= 0) {
    tree.reset(fd);
    return Result::ok();
  }
  Report &report = context.report.call("open_tree").fd(AT_FDCWD).string(step.source).flags(flags, kOpenTreeNames);
  if (fd == -EINVAL && !step.recursive && context.in_user_namespace) {
    report.detail("what is mounted below it is locked to it in a user namespace: the bind must be recursive");
  }
  return Result::failure(-fd, report);
}

Result check_type(Context &context, const plan::Bind &step, int tree) {
  if (step.require_type.empty()) return Result::ok();
  struct statfs system {};
  long wanted = step.require_type == "proc" ? sys::kProcMagic : step.require_type == "sysfs" ? sys::kSysfsMagic : -1;
  if (fstatfs(tree, &system) == 0 && system.f_type == wanted) return Result::ok();
  context.report.call("fstatfs").fd(tree, step.source).detail("is not a file system of type ").detail(step.require_type);
  return Result::failure(EINVAL, context.report);
}

// A bind with any flag gets exactly the flags asked for. In a user namespace a flag of the source may be locked; then
// what the source has stays, and only clearing a flag that was named fails.
Result bind_attributes(Context &context, const plan::Bind &step, int tree, uint64_t propagation) {
  if (step.set | step.clear) {
    sys::MountAttr exact = attributes(step.set, step.clear | (kFlagsOfBind & ~step.set), 0);
    int error = sys::mount_setattr(tree, false, exact);
    if (error == -EPERM) {
      Result result = set_attributes(context, tree, false, attributes(step.set, step.clear, 0));
      if (result.failed()) context.report.detail("a flag to be cleared is locked by the mount's owner outside of the user namespace");
      if (result.failed()) return result;
    } else if (error < 0) {
      Result result = set_attributes(context, tree, false, exact);
      if (result.failed()) return result;
    }
  }
  Result result = set_attributes(context, tree, true, attributes(step.recursive_set, step.recursive_clear, 0));
  if (result.failed()) return result;
  return set_attributes(context, tree, step.propagation_recursive, attributes(0, 0, propagation));
}

}  // namespace

Result run(Context &context, const plan::Bind &step) {
  Fd tree;
  if (Result result = open_source(context, step, tree); result.failed()) return result;
  if (Result result = check_type(context, step, tree.get()); result.failed()) return result;
  struct stat status {};
  fstat(tree.get(), &status);
  Missing missing = S_ISDIR(status.st_mode) ? Missing::MakeDirectory : Missing::MakeFile;
  Fd target;
  uint64_t resolve = step.require_type == "proc" ? sys::kResolveNoSymlinks : 0;
  Result result = open_target(context, step.target, missing, target, nullptr, resolve);
  if (result.failed()) return result;
  // A tree that the host has cloned in its own namespace is a peer of the host's mount: nothing may go back by it,
  // unless the plan says how mounts are to travel.
  bool from_host = step.slot != 0 && !step.propagation;
  if (from_host) {
    result = set_attributes(context, tree.get(), true, attributes(0, 0, sys::kMsPrivate));
    if (result.failed()) return result;
  }
  result = bind_attributes(context, step, tree.get(), step.propagation);
  if (result.failed()) return result;
  result = attach(context, tree.get(), target.get(), step.target);
  if (result.failed() && result.error() == ENOTDIR) {
    context.report.detail(S_ISDIR(status.st_mode) ? "the source is a directory and the target is a file"
                                                   : "the source is a file and the target is a directory");
  }
  if (!result.failed() && is_root_path(step.target)) context.root = std::move(tree);
  return result;
}

Result run(Context &context, const plan::MountAttributes &step) {
  Fd target;
  if (Result result = open_in_root(context, step.target, O_PATH, target); result.failed()) return result;
  Result result = set_attributes(context, target.get(), step.recursive, attributes(step.set, step.clear, 0));
  if (result.failed() && result.error() == EINVAL) context.report.detail("nothing is mounted at ").detail(step.target);
  return result;
}

Result run(Context &context, const plan::ReadonlyPath &step) {
  Fd target, tree;
  Result result = open_in_root(context, step.path, O_PATH, target);
  if (result.failed()) return result.error() == ENOENT || result.error() == ENOTDIR ? Result::ok() : result;
  result = clone_tree(context, target.get(), true, tree);
  if (result.failed()) return result;
  result = set_attributes(context, tree.get(), true, attributes(sys::kMountAttrRdonly, 0, 0));
  if (result.failed()) return result;
  return attach(context, tree.get(), target.get(), step.path);
}

}  // namespace runts::init
