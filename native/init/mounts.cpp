// New file systems in the container.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "copyup.h"
#include "filesystem.h"
#include "handlers.h"
#include "paths.h"
#include "trees.h"

namespace runts::init {
namespace {

// A label or a sysctl written through a /proc that a symbolic link has moved would be lost (CVE-2019-19921,
// CVE-2023-27561, CVE-2025-54867).
bool wants_ordinary_directory(std::string_view type) { return type == "proc" || type == "sysfs"; }

constexpr uint64_t kTimes = sys::kMountAttrAtime | sys::kMountAttrNodiratime;

bool has_option(const plan::List<plan::Str> &options, std::string_view key) {
  for (const plan::Str &option : options) {
    if (option.size() > key.size() && option.starts_with(key) && option[key.size()] == '=') return true;
  }
  return false;
}

Result keep(Context &context, uint32_t slot, Fd mounted) {
  if (slot == 0) return Result::ok();
  if (slot >= protocol::kMaxSlots) {
    context.report.words("slots").detail("more descriptors than there is room for");
    return Result::failure(EMFILE, context.report);
  }
  context.slots[slot] = mounted.release();
  return Result::ok();
}

// mount(2) for options that fsconfig does not take.
Result mount_legacy(Context &context, const plan::Mount &step, const NewFilesystem &wanted, int target) {
  if (step.copy_up) return Result::failure(E2BIG, context.report);
  if (Result result = mount_at_once(context, wanted, target); result.failed()) return result;
  Fd mounted;
  if (Result result = open_in_root(context, step.target, O_PATH, mounted); result.failed()) return result;
  Result result = set_attributes(context, mounted.get(), step.propagation_recursive,
                                 attributes(0, 0, step.propagation));
  return result.failed() ? result : keep(context, step.keep, std::move(mounted));
}

// The content of what will be covered, and its owner and mode where no option says otherwise.
Result copy_up(Context &context, const plan::Mount &step, int target, int tree) {
  CopyRoot root;
  root.owner = !has_option(step.options, "uid") && !has_option(step.options, "gid");
  root.mode = !has_option(step.options, "mode");
  return copy_tree(context, target, tree, root);
}

// What the host has in the place of a file system that nobody here may make. Its times may be locked, so they stay.
Result clone_otherwise(Context &context, const plan::Mount &step, Fd &tree) {
  constexpr unsigned kFlags = sys::kOpenTreeClone | sys::kOpenTreeCloexec | sys::kAtRecursive;
  int fd = sys::open_tree(AT_FDCWD, step.otherwise.c_str(), kFlags);
  if (fd < 0) {
    context.report.call("open_tree").fd(AT_FDCWD).string(step.otherwise).flags(kFlags, kOpenTreeNames);
    return Result::failure(-fd, context.report);
  }
  tree.reset(fd);
  return set_attributes(context, fd, true, attributes((step.attributes & ~kTimes) | sys::kMountAttrRdonly, 0, 0));
}

Result make_tree(Context &context, const plan::Mount &step, const NewFilesystem &wanted, Fd &tree, bool &legacy) {
  Result result = make_filesystem(context, wanted, tree, legacy);
  if (!result.failed() || result.error() != EPERM || step.otherwise.empty()) return result;
  return clone_otherwise(context, step, tree);
}

}  // namespace

Result run(Context &context, const plan::Mount &step) {
  Fd target;
  bool created = false;
  uint64_t resolve = wants_ordinary_directory(step.type) || step.on_proc ? sys::kResolveNoSymlinks : 0;
  Result result = open_target(context, step.target, Missing::MakeDirectory, target, &created, resolve);
  if (result.failed()) return result;
  if (!step.on_proc) {
    result = refuse_on_procfs(context, target.get(), step.target, step.type == "proc");
    if (result.failed()) return result;
  }
  NewFilesystem wanted{step.type, step.source, step.options, step.attributes, -1};
  struct stat status;
  if (step.inherit_mode && !created && fstat(target.get(), &status) == 0)
    wanted.mode = status.st_mode & 07777;
  // What is copied must be written before the mount is read-only.
  if (step.copy_up) wanted.attributes &= ~sys::kMountAttrRdonly;
  Fd tree;
  bool legacy = false;
  result = make_tree(context, step, wanted, tree, legacy);
  if (legacy) return mount_legacy(context, step, wanted, target.get());
  if (result.failed()) return result;
  if (step.copy_up && !created) {
    result = copy_up(context, step, target.get(), tree.get());
    if (result.failed()) return result;
  }
  uint64_t late = step.copy_up ? step.attributes & sys::kMountAttrRdonly : 0;
  result =
      set_attributes(context, tree.get(), step.propagation_recursive, attributes(late, 0, step.propagation));
  if (result.failed()) return result;
  result = attach(context, tree.get(), target.get(), step.target);
  if (result.failed()) return result;
  if (!is_root_path(step.target)) return keep(context, step.keep, std::move(tree));
  context.root = std::move(tree);
  return Result::ok();
}

Result run(Context &context, const plan::Reconfigure &step) {
  Fd target;
  Result result = open_in_root(context, step.target, O_PATH, target);
  return result.failed() ? result : reconfigure(context, target.get(), step.options);
}

Result run(Context &context, const plan::FileLabel &step) {
  Fd directory;
  Result result = open_in_root(context, step.target, O_RDONLY | O_DIRECTORY, directory);
  if (result.failed()) return result;
  constexpr const char *kName = "security.selinux";
  if (fsetxattr(directory.get(), kName, step.label.c_str(), step.label.size() + 1, 0) == 0)
    return Result::ok();
  int error = errno;
  context.report.call("fsetxattr").fd(directory.get(), step.target).string(kName).string(step.label);
  return Result::failure(error, context.report);
}

}  // namespace runts::init
