// Device nodes for a user namespace, in which nobody may make any: the host's root makes each on a file system of its
// own, and the container gets a clone of the node alone.
#include <cerrno>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "../sys/syscalls.h"
#include "file_system.h"
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

struct Cloning {
  int mount;
  int error = 0;
  Fd node;
};

// What is not attached anywhere can only be cloned as a whole before Linux 6.15. So it is attached, in a mount namespace
// that ends with this thread.
void *clone_apart(void *argument) {
  auto &cloning = *static_cast<Cloning *>(argument);
  sys::MountAttr apart{0, 0, sys::kMsPrivate, 0};
  if (unshare(CLONE_NEWNS) != 0) {
    cloning.error = errno;
    return nullptr;
  }
  int error = sys::mount_setattr(AT_FDCWD, "/", sys::kAtRecursive, apart);
  if (error == 0) error = sys::move_mount(cloning.mount, "", AT_FDCWD, "/", sys::kMoveMountFromEmptyPath);
  int node = error < 0 ? error
                       : sys::open_tree(cloning.mount, kNode, sys::kOpenTreeClone | sys::kOpenTreeCloexec);
  if (node < 0) cloning.error = -node;
  else cloning.node.reset(node);
  return nullptr;
}

Status clone_node(int mount, Fd &out) {
  Cloning cloning{mount, 0, {}};
  pthread_t thread;
  if (int error = pthread_create(&thread, nullptr, clone_apart, &cloning); error != 0)
    return failed(error, "pthread_create()");
  pthread_join(thread, nullptr);
  if (cloning.error) return failed(cloning.error, "open_tree(\"node\", OPEN_TREE_CLONE)");
  out = std::move(cloning.node);
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
