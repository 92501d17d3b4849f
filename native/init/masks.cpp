// Masked paths: covered before pivot, with what the host has, never with files of the container
// (CVE-2025-31133).
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "handlers.h"
#include "paths.h"
#include "trees.h"

namespace runts::init {
namespace {

Result need_null_device(Context &context) {
  if (context.null_device) return Result::ok();
  if (context.pivoted) {
    return Result::failure(
        EPERM, context.report.words("mask").detail("the host's null device is out of reach after pivot"));
  }
  Fd device(open("/dev/null", O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat status;
  if (!device || fstat(device.get(), &status) != 0) {
    int error = errno;
    return Result::failure(error, context.report.call("open").string("/dev/null").word("O_PATH|O_NOFOLLOW"));
  }
  if (!S_ISCHR(status.st_mode) || status.st_rdev != makedev(1, 3)) {
    return Result::failure(ENXIO, context.report.call("open")
                                      .string("/dev/null")
                                      .detail("is not the null device (character device 1:3)"));
  }
  context.null_device = std::move(device);
  return Result::ok();
}

Result make_empty_directory(Context &context, const plan::Str &label, Fd &out) {
  constexpr unsigned kAttributes =
      sys::kMountAttrRdonly | sys::kMountAttrNosuid | sys::kMountAttrNodev | sys::kMountAttrNoexec;
  int fs = sys::fsopen("tmpfs", sys::kFsopenCloexec);
  if (fs < 0) return Result::failure(-fs, context.report.call("fsopen").string("tmpfs"));
  Fd holder(fs);
  int error = sys::fsconfig(fs, sys::kFsconfigSetString, "mode", "0755", 0);
  if (error == 0) error = sys::fsconfig(fs, sys::kFsconfigSetFlag, "ro", nullptr, 0);
  if (error == 0 && !label.empty())
    error = sys::fsconfig(fs, sys::kFsconfigSetString, "context", label.c_str(), 0);
  if (error == 0) error = sys::fsconfig(fs, sys::kFsconfigCreate, nullptr, nullptr, 0);
  if (error < 0) return Result::failure(-error, context.report.call("fsconfig").fd(fs, "tmpfs"));
  int tree = sys::fsmount(fs, sys::kFsmountCloexec, kAttributes);
  if (tree < 0)
    return Result::failure(
        -tree, context.report.call("fsmount").fd(fs, "tmpfs").flags(kAttributes, kMountAttributeNames));
  out.reset(tree);
  return Result::ok();
}

// One file system serves all masked directories: the first mount of it is cloned for the others, since many
// of them are slow to take down. A clone of the attached mount keeps its flags, and every kernel allows it.
Result mask_directory(Context &context, int target, const plan::Mask &step) {
  Fd tree;
  if (context.empty_directory) {
    if (Result result = clone_tree(context, context.empty_directory.get(), false, tree); result.failed())
      return result;
    return attach(context, tree.get(), target, step.path);
  }
  if (Result result = make_empty_directory(context, step.context, tree); result.failed()) return result;
  if (Result result = attach(context, tree.get(), target, step.path); result.failed()) return result;
  context.empty_directory = std::move(tree);
  return Result::ok();
}

Result mask_file(Context &context, int target, std::string_view path) {
  if (Result result = need_null_device(context); result.failed()) return result;
  Fd tree;
  if (Result result = clone_tree(context, context.null_device.get(), false, tree); result.failed())
    return result;
  return attach(context, tree.get(), target, path);
}

}  // namespace

Result run(Context &context, const plan::Mask &step) {
  Fd target;
  Result result = open_in_root(context, step.path, O_PATH, target);
  if (result.failed()) return result.error() == ENOENT || result.error() == ENOTDIR ? Result::ok() : result;
  struct stat status;
  if (fstat(target.get(), &status) != 0) {
    int error = errno;
    return Result::failure(error, context.report.call("fstat").fd(target.get(), step.path));
  }
  return S_ISDIR(status.st_mode) ? mask_directory(context, target.get(), step)
                                 : mask_file(context, target.get(), step.path);
}

}  // namespace runts::init
