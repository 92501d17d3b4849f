// Device nodes for a user namespace, in which nobody may make any: the host's root makes each on a file system of its
// own, and the container gets a clone of the node alone.
#include <cerrno>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "../sys/syscalls.h"
#include "file_system.h"
#include "own_thread.h"
#include "steps.h"

namespace runts::core {
namespace {

constexpr const char *kNode = "node";

Status call_failed(const char *call, const plan::DeviceNode &step) {
  int error = errno;
  Report report;
  return failed(error, report.call(call).octal(step.type | step.mode).number(step.major).number(step.minor));
}

Status make_tmpfs(Fd &out) {
  Fd context(sys::fsopen("tmpfs", sys::kFsopenCloexec));
  if (!context) return failed(errno, "fsopen(\"tmpfs\")");
  if (Status status = create_fs(context.get()); !status.ok()) return status;
  int mount = sys::fsmount(context.get(), sys::kFsmountCloexec, sys::kMountAttrNosuid | sys::kMountAttrNoexec);
  if (mount < 0) return failed(mount, "fsmount(\"tmpfs\")");
  out.reset(mount);
  return done();
}

// The mode after the owner, since a new owner takes bits away, and a umask has.
Status make_node(int directory, const plan::DeviceNode &step) {
  dev_t device = makedev(step.major, step.minor);
  if (mknodat(directory, kNode, step.type | step.mode, device) != 0) return call_failed("mknodat", step);
  if (fchownat(directory, kNode, step.uid, step.gid, AT_SYMLINK_NOFOLLOW) != 0) return call_failed("fchownat", step);
  if (fchmodat(directory, kNode, step.mode, 0) != 0) return call_failed("fchmodat", step);
  return done();
}

// What is not attached anywhere can only be cloned as a whole before Linux 6.15. So it is attached, in a mount namespace
// that ends with this thread.
int clone_apart(int mount) {
  sys::MountAttr apart{0, 0, sys::kMsPrivate, 0};
  if (unshare(CLONE_NEWNS) != 0) return -errno;
  int error = sys::mount_setattr(AT_FDCWD, "/", sys::kAtRecursive, apart);
  if (error == 0) error = sys::move_mount(mount, "", AT_FDCWD, "/", sys::kMoveMountFromEmptyPath);
  return error < 0 ? error : sys::open_tree(mount, kNode, sys::kOpenTreeClone | sys::kOpenTreeCloexec);
}

Status clone_node(int mount, Fd &out) {
  int node = -1;
  if (int error = on_own_thread([&] { node = clone_apart(mount); }); error < 0)
    return failed(error, "pthread_create()");
  if (node < 0) return failed(node, "open_tree(\"node\", OPEN_TREE_CLONE)");
  out.reset(node);
  return done();
}

}  // namespace

Status make_device_node(const plan::DeviceNode &step, Context &context) {
  Fd mount, node;
  if (Status status = make_tmpfs(mount); !status.ok()) return status;
  if (Status status = make_node(mount.get(), step); !status.ok()) return status;
  if (Status status = clone_node(mount.get(), node); !status.ok()) return status;
  give_slot(context, step.slot, std::move(node));
  return done();
}

}  // namespace runts::core
