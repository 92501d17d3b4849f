// Device nodes, symbolic links and directories that the runtime makes in the container.
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "handlers.h"
#include "paths.h"
#include "procfs.h"
#include "trees.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

namespace runts::init {
namespace {

dev_t number_of(const plan::Device &step) {
  return step.type == S_IFIFO ? 0 : makedev(step.major, step.minor);
}

bool is_device(const struct stat &status, const plan::Device &step) {
  return (status.st_mode & S_IFMT) == step.type &&
         (step.type == S_IFIFO || status.st_rdev == number_of(step));
}

void describe(Report &report, mode_t mode, dev_t device) {
  report.detail(S_ISCHR(mode)    ? "character device "
                : S_ISBLK(mode)  ? "block device "
                : S_ISFIFO(mode) ? "fifo "
                : S_ISDIR(mode)  ? "directory "
                : S_ISLNK(mode)  ? "symbolic link "
                                 : "file ");
  if (!S_ISCHR(mode) && !S_ISBLK(mode)) return;
  report.detail_number(major(device)).detail(":").detail_number(minor(device)).detail(" ");
}

Result another_device(Context &context, const plan::Device &step, const struct stat &found) {
  Report &report = context.report.call("mknodat").string(step.path).octal(step.type | step.mode);
  report.detail("there is a ");
  describe(report, found.st_mode, found.st_rdev);
  report.detail("where a ");
  describe(report, step.type, number_of(step));
  return Result::failure(EEXIST, report.detail("was asked for"));
}

Result failed(Context &context, std::string_view call, const ParentAndName &at) {
  int error = errno;
  return Result::failure(error, context.report.call(call).fd(at.parent.get(), "in root").string(at.name));
}

// fchmod of an O_PATH descriptor; before Linux 6.6 by way of the private procfs.
Result change_mode(Context &context, int node, uint32_t mode) {
  long error = sys::call(SYS_fchmodat2, node, "", mode, sys::kAtEmptyPath);
  if (error == -ENOSYS) {
    if (Result result = need_procfs(context); result.failed()) return result;
    char path[32];
    descriptor_path(node, path);
    error = fchmodat(context.procfs.get(), path, mode, 0) == 0 ? 0 : -errno;
  }
  return error == 0 ? Result::ok()
                    : Result::failure(static_cast<int>(-error),
                                      context.report.call("fchmodat2").fd(node).octal(mode));
}

// Owner and mode are set on the node itself, once it is known to be the one that was asked for.
Result finish_node(Context &context, const plan::Device &step, const ParentAndName &at, bool made) {
  Fd node(open_child(at.parent.get(), at.name, O_PATH));
  struct stat status;
  if (!node || fstat(node.get(), &status) != 0) return failed(context, "openat2", at);
  if (!is_device(status, step)) return another_device(context, step, status);
  if (!made) return Result::ok();
  if (status.st_uid != step.uid || status.st_gid != step.gid) {
    if (fchownat(node.get(), "", step.uid, step.gid, AT_EMPTY_PATH) != 0)
      return failed(context, "fchownat", at);
    fstat(node.get(), &status);
  }
  return (status.st_mode & 07777) == step.mode ? Result::ok() : change_mode(context, node.get(), step.mode);
}

// The node that the host has made, or its own of the same path.
Result open_node(Context &context, const plan::Device &step, Fd &tree) {
  if (step.slot) {
    tree = take_slot(context, step.slot);
    return tree ? Result::ok() : no_such_slot(context, step.slot);
  }
  constexpr unsigned kFlags = sys::kOpenTreeClone | sys::kOpenTreeCloexec;
  int fd = sys::open_tree(AT_FDCWD, step.path.c_str(), kFlags);
  if (fd < 0)
    return Result::failure(
        -fd, context.report.call("open_tree").fd(AT_FDCWD).string(step.path).flags(kFlags, kOpenTreeNames));
  tree.reset(fd);
  return Result::ok();
}

// For a user namespace, where nodes cannot be made.
Result bind_node(Context &context, const plan::Device &step, const ParentAndName &at) {
  if (context.shares_mounts) {
    context.report.call("mknodat").fd(at.parent.get(), "in root").string(at.name).octal(step.type | step.mode);
    return Result::failure(
        EPERM, context.report.detail("and without a mount namespace that of the host cannot be attached"));
  }
  Fd tree, target;
  if (Result result = open_node(context, step, tree); result.failed()) return result;
  struct stat status;
  if (fstat(tree.get(), &status) != 0 || !is_device(status, step)) {
    context.report.call("open_tree").fd(AT_FDCWD).string(step.path);
    return Result::failure(ENXIO, context.report.detail("the host has another device of this name"));
  }
  if (Result result = open_placeholder(context, at, target); result.failed()) return result;
  return attach(context, tree.get(), target.get(), step.path);
}

// Who could lead /dev elsewhere would have nodes made in the midst of other files.
uint64_t resolution_of(std::string_view path) {
  constexpr std::string_view kDev = "/dev/";
  return path.substr(0, kDev.size()) == kDev ? sys::kResolveNoSymlinks : 0;
}

bool is_same_link(const ParentAndName &at, std::string_view target) {
  char now[PATH_MAX];
  ssize_t size = readlinkat(at.parent.get(), at.name, now, sizeof(now));
  return size >= 0 && std::string_view(now, static_cast<size_t>(size)) == target;
}

}  // namespace

Result run(Context &context, const plan::Device &step) {
  ParentAndName at;
  Result opened = open_parent(context, step.path, at, resolution_of(step.path));
  if (opened.failed()) return opened;
  if (step.bind && step.type != S_IFIFO) return bind_node(context, step, at);
  bool made = mknodat(at.parent.get(), at.name, step.type | step.mode, number_of(step)) == 0;
  if (!made && errno == EPERM) return bind_node(context, step, at);
  if (!made && errno != EEXIST) return failed(context, "mknodat", at);
  return finish_node(context, step, at, made);
}

Result run(Context &context, const plan::Symlink &step) {
  ParentAndName at;
  Result opened = open_parent(context, step.path, at, resolution_of(step.path));
  if (opened.failed()) return opened;
  for (int tries = 0; tries < 2; tries++) {
    if (symlinkat(step.target.c_str(), at.parent.get(), at.name) == 0) return Result::ok();
    if (errno != EEXIST) return failed(context, "symlinkat", at);
    if (!step.replace || is_same_link(at, step.target)) return Result::ok();
    if (unlinkat(at.parent.get(), at.name, 0) != 0 && errno != ENOENT) return failed(context, "unlinkat", at);
  }
  return failed(context, "symlinkat", at);
}

Result run(Context &context, const plan::CwdCreate &step) {
  Fd directory;
  Result result = open_target(context, step.path, Missing::MakeDirectory, directory, nullptr);
  struct stat status;
  if (result.failed() || fstat(directory.get(), &status) != 0 || S_ISDIR(status.st_mode)) return result;
  return Result::failure(ENOTDIR, context.report.call("mkdirat").string(step.path));
}

}  // namespace runts::init
