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
  error = sys::umount2(".", sys::kMntDetach);
  if (error < 0)
    return Result::failure(-error, context.report.call("umount2").string(".").word("MNT_DETACH"));
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
// changed.
Result change_parent(Context &context, int directory, const plan::Root &step) {
  if (!step.parent) return Result::ok();
  sys::MountAttr attr = attributes(0, 0, step.parent);
  Fd above;
  int fd = directory, error = sys::mount_setattr(fd, false, attr);
  for (int i = 0; i < PATH_MAX / 2 && error == -EINVAL; i++) {
    above.reset(openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC));
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

Result run(Context &context, const plan::Root &step) {
  Fd directory(open(step.path.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory) {
    int error = errno;
    context.report.call("open").string(step.path).word("O_PATH|O_DIRECTORY|O_NOFOLLOW");
    if (error == ENOTDIR)
      context.report.detail("the root file system must be a directory and no symbolic link");
    return Result::failure(error, context.report);
  }
  if (step.in_place) {
    context.root = std::move(directory);
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
  if (result.failed()) return result;
  result = attach(context, tree.get(), directory.get(), step.path);
  if (result.failed()) return result;
  context.root = std::move(tree);
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
  if (!result.failed()) context.pivoted = true;
  return result;
}

Result run(Context &context, const plan::RootPropagation &step) {
  int root;
  if (Result result = root_fd(context, root); result.failed()) return result;
  return set_attributes(context, root, step.recursive, attributes(0, 0, step.propagation));
}

}  // namespace runts::init
