// Clones of what is mounted elsewhere, and changes of what is mounted already.
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "handlers.h"
#include "paths.h"
#include "procfs.h"
#include "trees.h"

namespace runts::init {
namespace {

enum class SourceLink : uint32_t { Follow, Copy, Mount };

bool follows_source(const plan::Bind &step) { return step.source_link == uint32_t(SourceLink::Follow); }

Result open_source(Context &context, const plan::Bind &step, Fd &tree) {
  if (step.slot) {
    tree = take_slot(context, step.slot);
    return tree ? Result::ok() : no_such_slot(context, step.slot);
  }
  unsigned flags = sys::kOpenTreeClone | sys::kOpenTreeCloexec | (step.recursive ? sys::kAtRecursive : 0) |
                   (follows_source(step) ? 0 : sys::kAtSymlinkNofollow);
  int fd = sys::open_tree(AT_FDCWD, step.source.c_str(), flags);
  if (fd >= 0) {
    tree.reset(fd);
    return Result::ok();
  }
  Report &report =
      context.report.call("open_tree").fd(AT_FDCWD).string(step.source).flags(flags, kOpenTreeNames);
  if (fd == -EINVAL && !step.recursive && context.in_user_namespace) {
    report.detail("what is mounted below it is locked to it in a user namespace: the bind must be recursive");
  }
  return Result::failure(-fd, report);
}

Result check_type(Context &context, const plan::Bind &step, int tree) {
  if (step.require_type.empty()) return Result::ok();
  struct statfs system{};
  long wanted = step.require_type == "proc"    ? sys::kProcMagic
                : step.require_type == "sysfs" ? sys::kSysfsMagic
                                               : -1;
  if (fstatfs(tree, &system) == 0 && system.f_type == wanted) return Result::ok();
  context.report.call("fstatfs")
      .fd(tree, step.source)
      .detail("is not a file system of type ")
      .detail(step.require_type);
  return Result::failure(EINVAL, context.report);
}

// The restrictions of a mount that came from outside of the user namespace. What is cloned inside has them locked by
// the kernel (mount_namespaces(7)); of what the host has cloned they are as much its owner's.
uint64_t locked_attributes(const Context &context, const plan::Bind &step, int tree) {
  struct statfs system{};
  if (!context.in_user_namespace || !step.slot || fstatfs(tree, &system) != 0) return 0;
  // ST_RDONLY, ST_NOSUID, ST_NODEV and ST_NOEXEC are the same bits
  constexpr uint64_t kLockable =
      sys::kMountAttrRdonly | sys::kMountAttrNosuid | sys::kMountAttrNodev | sys::kMountAttrNoexec;
  return static_cast<uint64_t>(system.f_flags) & kLockable;
}

Result refuse_locked(Context &context, const plan::Bind &step, int tree, uint64_t locked) {
  uint64_t refused = locked & (step.clear | step.recursive_clear);
  if (!refused) return Result::ok();
  Report &report = context.report.call("mount_setattr").fd(tree, step.source).flags(refused, kMountAttributeNames);
  return Result::failure(
      EPERM, report.detail("a flag is locked by the owner of the mount, outside of the user namespace"));
}

// What a source has and the plan does not ask for is cleared where that can be: in a user namespace it may be
// locked, and then it stays. Only what was to be cleared in any case fails.
Result bind_attributes(Context &context, const plan::Bind &step, int tree) {
  uint64_t locked = locked_attributes(context, step, tree);
  if (Result result = refuse_locked(context, step, tree, locked); result.failed()) return result;
  sys::MountAttr wished = attributes(step.set, step.clear | (step.clear_unless_locked & ~locked), 0);
  Result result = set_attributes(context, tree, false, wished);
  if (result.failed() && result.error() == EPERM && step.clear_unless_locked) {
    result = set_attributes(context, tree, false, attributes(step.set, step.clear, 0));
  }
  if (result.failed()) {
    if (result.error() == EPERM)
      context.report.detail("a flag is locked by the owner of the mount, outside of the user namespace");
    return result;
  }
  result = set_attributes(context, tree, true, attributes(step.recursive_set, step.recursive_clear, 0));
  if (result.failed()) return result;
  return set_attributes(context, tree, step.propagation_recursive, attributes(0, 0, step.propagation));
}

Result link_failed(Context &context, std::string_view call, const plan::Bind &step) {
  int error = errno;
  return Result::failure(error, context.report.call(call).string(step.target));
}

// The link that the tree consists of, made anew at the target; a link that is there already must be the same.
Result copy_link(Context &context, const plan::Bind &step, int tree) {
  char target[PATH_MAX], there[PATH_MAX];
  ssize_t size = readlinkat(tree, "", target, sizeof(target) - 1);
  if (size < 0) return link_failed(context, "readlinkat", step);
  target[size] = 0;
  ParentAndName at;
  if (Result result = open_parent(context, step.target, at); result.failed()) return result;
  if (Result result = refuse_on_procfs(context, at.parent.get(), step.target, false); result.failed()) return result;
  if (symlinkat(target, at.parent.get(), at.name) == 0) return Result::ok();
  if (errno != EEXIST) return link_failed(context, "symlinkat", step);
  ssize_t found = readlinkat(at.parent.get(), at.name, there, sizeof(there));
  bool same = found == size && memcmp(there, target, static_cast<size_t>(size)) == 0;
  errno = EEXIST;
  return same ? Result::ok() : link_failed(context, "symlinkat", step);
}

// What is to be covered, as it is: made as an empty file or directory where nothing is there.
Result open_uncovered(Context &context, const plan::Bind &step, Missing missing, Fd &out) {
  ParentAndName at;
  if (Result result = open_parent(context, step.target, at); result.failed()) return result;
  out.reset(open_child(at.parent.get(), at.name, O_PATH));
  if (out) return Result::ok();
  if (errno != ENOENT) return link_failed(context, "openat2", step);
  return open_target(context, step.target, missing, out, nullptr);
}

}  // namespace

Result run(Context &context, const plan::Bind &step) {
  Fd tree;
  if (Result result = open_source(context, step, tree); result.failed()) return result;
  if (Result result = check_type(context, step, tree.get()); result.failed()) return result;
  struct stat status{};
  fstat(tree.get(), &status);
  if (S_ISLNK(status.st_mode) && step.source_link == uint32_t(SourceLink::Copy))
    return copy_link(context, step, tree.get());
  Missing missing = S_ISDIR(status.st_mode) ? Missing::MakeDirectory : Missing::MakeFile;
  Fd target;
  uint64_t resolve = step.require_type == "proc" || step.on_proc ? sys::kResolveNoSymlinks : 0;
  Result result = step.cover_link ? open_uncovered(context, step, missing, target)
                                  : open_target(context, step.target, missing, target, nullptr, resolve);
  if (result.failed()) return result;
  if (!step.on_proc) {
    result = refuse_on_procfs(context, target.get(), step.target, is_procfs(tree.get()));
    if (result.failed()) return result;
  }
  // A tree that the host has cloned in its own namespace is a peer of the host's mount. It becomes what a clone
  // in this namespace is, a slave: nothing may go back by it, unless the plan says how mounts are to travel; from
  // a user namespace not even then.
  bool from_host = step.slot != 0 && (!step.propagation || context.in_user_namespace);
  if (from_host) {
    result = set_attributes(context, tree.get(), true, attributes(0, 0, sys::kMsSlave));
    if (result.failed()) return result;
  }
  result = bind_attributes(context, step, tree.get());
  if (result.failed()) return result;
  result = attach(context, tree.get(), target.get(), step.target);
  if (!result.failed() && is_root_path(step.target)) context.root = std::move(tree);
  return result;
}

Result run(Context &context, const plan::MountAttributes &step) {
  Fd target = take_slot(context, step.slot);
  if (step.slot && !target) return no_such_slot(context, step.slot);
  Result result = target ? Result::ok() : open_in_root(context, step.target, O_PATH, target);
  if (result.failed()) return result;
  result = set_attributes(context, target.get(), step.recursive, attributes(step.set, step.clear, 0));
  if (result.failed() && result.error() == EINVAL)
    context.report.detail("nothing is mounted at ").detail(step.target);
  return result;
}

Result run(Context &context, const plan::Unmount &step) {
  ParentAndName at;
  if (Result result = open_parent(context, step.path, at); result.failed()) return result;
  constexpr int kNoFollow = 8;
  int error = fchdir(at.parent.get()) == 0 ? sys::umount2(at.name, sys::kMntDetach | kNoFollow) : -errno;
  if (error == 0) return Result::ok();
  context.report.call("umount2").string(step.path).word("MNT_DETACH|UMOUNT_NOFOLLOW");
  if (error == -EINVAL) context.report.detail("nothing is mounted there, or it is locked");
  return Result::failure(-error, context.report);
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
