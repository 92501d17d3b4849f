// The mount tree as a whole and the container's root in it.
#include <fcntl.h>

#include "handlers.h"
#include "host_files.h"
#include "paths.h"
#include "trees.h"

namespace runts::init {
namespace {

enum class How : uint32_t { Pivot, Move, Chroot };

Result failed(Context &context, std::string_view call, std::string_view argument) {
  int error = errno;
  return Result::failure(error, context.report.call(call).string(argument));
}

Result open_directory(Context &context, const plan::Str &path, Fd &out) {
  out.reset(open(path.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (out) return Result::ok();
  int error = errno;
  context.report.call("open").string(path).word("O_PATH|O_DIRECTORY|O_NOFOLLOW");
  if (error == ENOTDIR)
    context.report.detail("the root file system must be a directory and no symbolic link");
  return Result::failure(error, context.report);
}

// By open_tree, since open(".") would ask for the right to search the directory: one that an overlay is only to be
// attached at may belong to the host's root alone.
Result open_working_directory(Context &context, const plan::Str &path, Fd &out) {
  int fd = sys::open_tree(AT_FDCWD, "", sys::kOpenTreeCloexec | sys::kAtEmptyPath);
  if (fd < 0) {
    Report &report = context.report.call("open_tree").fd(AT_FDCWD, path).string("").word("AT_EMPTY_PATH");
    return Result::failure(-fd, report);
  }
  out.reset(fd);
  return Result::ok();
}

Result enter_root(Context &context) {
  if (fchdir(context.root.get()) == 0) return Result::ok();
  int error = errno;
  return Result::failure(error, context.report.call("fchdir").fd(context.root.get(), "root"));
}

Result change_root(Context &context) {
  if (chroot(".") != 0) return failed(context, "chroot", ".");
  if (chdir("/") != 0) return failed(context, "chdir", "/");
  return Result::ok();
}

// An end of mounts is a wait for all CPUs, so that of the private procfs shall be the old root's. Its descriptor may be used
// on; where this fails, its close is an end of its own.
void leave_procfs_behind(Context &context) {
  if (context.procfs && context.place) (void)sys::attach_mount(context.procfs.get(), context.place.get());
}

// The old root lies over the new one after pivot_root(".", "."), see its manual page. It is made a slave, so
// that the host is not told of its end.
Result pivot(Context &context) {
  Fd old_root(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!old_root) return failed(context, "open", "/");
  if (Result result = enter_root(context); result.failed()) return result;
  int error = sys::pivot_root(".", ".");
  if (error < 0) return Result::failure(-error, context.report.call("pivot_root").string(".").string("."));
  if (fchdir(old_root.get()) != 0) return failed(context, "fchdir", "old root");
  Result result = set_attributes(context, old_root.get(), true, attributes(0, 0, sys::kMsSlave));
  if (result.failed()) return result;
  leave_procfs_behind(context);
  error = sys::umount2(".", sys::kMntDetach);
  if (error < 0)
    return Result::failure(-error, context.report.call("umount2").string(".").word("MNT_DETACH"));
  // What had been mounted over the root of the host went first, and then the root itself is still there.
  while (sys::umount2(".", sys::kMntDetach) == 0) {
  }
  if (chdir("/") != 0) return failed(context, "chdir", "/");
  return Result::ok();
}

// For a host root that is no mount (an initramfs): the host's tree stays below the new root.
Result move_root(Context &context) {
  if (Result result = hide_host_files(context); result.failed()) return result;
  if (Result result = enter_root(context); result.failed()) return result;
  int error = sys::mount(".", "/", nullptr, sys::kMsMove, nullptr);
  if (error < 0)
    return Result::failure(-error, context.report.call("mount").string(".").string("/").word("MS_MOVE"));
  return change_root(context);
}

// The mount that a directory lies on has its root in one of the directories above; only there can it be
// changed. Where a user namespace has no way up, the mount is one of the slaves that its copy of the host's
// mounts consists of, so nothing gets out by it.
Result change_parent(Context &context, int directory, const plan::Root &step) {
  if (!step.parent) return Result::ok();
  sys::MountAttr attr = attributes(0, 0, step.parent);
  Fd above;
  int fd = directory, error = sys::mount_setattr(fd, false, attr);
  for (int i = 0; i < PATH_MAX / 2 && error == -EINVAL; i++) {
    above.reset(openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!above && errno == EACCES && context.in_user_namespace) return Result::ok();
    if (!above) return failed(context, "openat", "..");
    fd = above.get();
    error = sys::mount_setattr(fd, false, attr);
  }
  if (error == 0) return Result::ok();
  return Result::failure(
      -error, context.report.call("mount_setattr").string(step.path).flags(step.parent, kPropagationNames));
}

}  // namespace

Result run(Context &context, const plan::MountPropagation &step) {
  sys::MountAttr attr = attributes(0, 0, step.propagation);
  int error = sys::mount_setattr(AT_FDCWD, "/", step.recursive ? sys::kAtRecursive : 0, attr);
  if (error < 0) {
    Report &report =
        context.report.call("mount_setattr").string("/").word(step.recursive ? "AT_RECURSIVE" : "0");
    return Result::failure(-error, report.flags(step.propagation, kPropagationNames));
  }
  return Result::ok();
}

Result run(Context &context, const plan::RootDirectory &step) {
  Fd directory;
  if (Result result = open_directory(context, step.path, directory); result.failed()) return result;
  return fchdir(directory.get()) == 0 ? Result::ok() : failed(context, "fchdir", step.path);
}

Result run(Context &context, const plan::Root &step) {
  Fd directory;
  Result found = step.reached ? open_working_directory(context, step.path, directory)
                              : open_directory(context, step.path, directory);
  if (found.failed()) return found;
  if (step.in_place) {
    context.root = std::move(directory);
    context.shares_mounts = !step.own;
    return Result::ok();
  }
  if (Result result = change_parent(context, directory.get(), step); result.failed()) return result;
  Fd tree;
  if (step.slot) {
    tree = take_slot(context, step.slot);
    if (!tree) return no_such_slot(context, step.slot);
  } else if (Result result = clone_tree(context, directory.get(), true, tree); result.failed()) {
    return result;
  }
  // A slave: what happens in the container's root stays there, wherever the clone came from.
  Result result = set_attributes(context, tree.get(), true, attributes(0, 0, sys::kMsSlave));
  if (!result.failed()) result = set_attributes(context, tree.get(), false, attributes(0, 0, step.parent));
  if (result.failed()) return result;
  result = attach(context, tree.get(), directory.get(), step.path);
  if (result.failed()) return result;
  context.root = std::move(tree);
  context.place = std::move(directory);
  return Result::ok();
}

Result run(Context &context, const plan::RootReadonly &) {
  int root;
  if (Result result = root_fd(context, root); result.failed()) return result;
  return set_attributes(context, root, false, attributes(sys::kMountAttrRdonly, 0, 0));
}

Result run(Context &context, const plan::Pivot &step) {
  int root;
  if (Result result = root_fd(context, root); result.failed()) return result;
  // Nothing that was opened on the host is kept beyond.
  context.null_device.reset();
  context.empty_directory.reset();
  Result result = Result::ok();
  switch (static_cast<How>(step.how)) {
    case How::Pivot:
      result = pivot(context);
      break;
    case How::Move:
      result = move_root(context);
      break;
    case How::Chroot:
      result = enter_root(context);
      if (!result.failed()) result = change_root(context);
      break;
  }
  context.place.reset();
  if (!result.failed()) context.pivoted = true;
  return result;
}

Result run(Context &context, const plan::RootPropagation &step) {
  int root;
  if (Result result = root_fd(context, root); result.failed()) return result;
  return set_attributes(context, root, step.recursive, attributes(0, 0, step.propagation));
}

}  // namespace runts::init
