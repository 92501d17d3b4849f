#include <cerrno>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "../sys/fd.h"
#include "../sys/syscalls.h"
#include "tries.h"

namespace runts::probe {
namespace {

int space = -ENOENT;

int make_mount(const char *type) {
  Fd context(sys::fsopen(type, sys::kFsopenCloexec));
  if (!context) return -errno;
  if (int error = sys::fsconfig(context.get(), sys::kFsconfigCreate, nullptr, nullptr, 0); error < 0) return error;
  return sys::fsmount(context.get(), sys::kFsmountCloexec, 0);
}

int try_fsopen(Value &) {
  space = make_mount("tmpfs");
  return space < 0 ? space : 0;
}

// Not onto /, which would count as a chroot that may make no user namespace, and not onto /proc or /sys, which must be
// visible for a user namespace to mount its own.
int try_move_mount(Value &) {
  if (space < 0) return space;
  Fd target(open("/dev", O_PATH | O_DIRECTORY | O_CLOEXEC));
  return target ? sys::attach_mount(space, target.get()) : -errno;
}

int clone_space() {
  if (space < 0) return space;
  return sys::open_tree(space, "", sys::kOpenTreeClone | sys::kOpenTreeCloexec | sys::kAtEmptyPath | sys::kAtRecursive);
}

int try_open_tree(Value &) {
  Fd tree(clone_space());
  return tree ? 0 : -errno;
}

int set_attributes(bool recursive, sys::MountAttr attributes) {
  Fd tree(clone_space());
  return tree ? sys::mount_setattr(tree.get(), recursive, attributes) : -errno;
}

int try_mount_setattr(Value &) { return set_attributes(false, {.set = sys::kMountAttrNosuid, .clear = 0, .propagation = 0, .userns_fd = 0}); }

int try_recursive(Value &) {
  return set_attributes(true, {.set = sys::kMountAttrRdonly, .clear = 0, .propagation = sys::kMsPrivate, .userns_fd = 0});
}

int try_nosymfollow(Value &) {
  return set_attributes(false, {.set = sys::kMountAttrNosymfollow, .clear = 0, .propagation = 0, .userns_fd = 0});
}

int idmap(Fd tree) {
  if (!tree) return -errno;
  Fd users(map_user_namespace());
  if (!users) return users.get();
  auto number = static_cast<uint64_t>(users.get());
  return sys::mount_setattr(tree.get(), false,
                            {.set = sys::kMountAttrIdmap, .clear = 0, .propagation = 0, .userns_fd = number});
}

int try_idmap(Value &) { return idmap(Fd(clone_space())); }

// The file system of / counts, since sources of bind mounts and layers lie on disks.
int try_idmap_root(Value &value) {
  struct statfs system{};
  if (statfs("/", &system) == 0) value.add_hex(static_cast<unsigned long>(system.f_type));
  return idmap(Fd(sys::open_tree(AT_FDCWD, "/", sys::kOpenTreeClone | sys::kOpenTreeCloexec | sys::kAtRecursive)));
}

int try_device_node(Value &) {
  if (space < 0) return space;
  return mknodat(space, "null", S_IFCHR | 0600, makedev(1, 3)) == 0 ? 0 : -errno;
}

int mount_here(const char *type) {
  Fd mount(make_mount(type));
  return mount ? 0 : -errno;
}

int try_proc(Value &value) {
  return in_child(
      [](Value &inner) {
        if (int error = sys::unshare(CLONE_NEWPID); error < 0) return error;
        return in_child([](Value &) { return mount_here("proc"); }, inner);
      },
      value);
}

// Each in the namespace that its file system belongs to, so that those of the machine stay as they are: to create cgroup2
// in the first cgroup namespace would set the options of the whole hierarchy.
template <int Namespace, const char *Type>
int try_in_namespace(Value &value) {
  return in_child(
      [](Value &) {
        int error = sys::unshare(Namespace);
        return error < 0 ? error : mount_here(Type);
      },
      value);
}

constexpr char kSysfs[] = "sysfs", kCgroup2[] = "cgroup2", kMqueue[] = "mqueue";

int try_devpts(Value &) { return mount_here("devpts"); }

constexpr Try kTries[] = {
    {"fsopen", "fsopen(\"tmpfs\"), fsconfig(FSCONFIG_CMD_CREATE), fsmount()", try_fsopen},
    {"move-mount", "move_mount(tmpfs, \"/dev\")", try_move_mount},
    {"open-tree", "open_tree(tmpfs, OPEN_TREE_CLONE|AT_RECURSIVE)", try_open_tree},
    {"mount-setattr", "mount_setattr(tree, MOUNT_ATTR_NOSUID)", try_mount_setattr},
    {"mount-setattr-recursive", "mount_setattr(tree, AT_RECURSIVE, MOUNT_ATTR_RDONLY)", try_recursive},
    {"nosymfollow", "mount_setattr(tree, MOUNT_ATTR_NOSYMFOLLOW)", try_nosymfollow},
    {"idmap-tmpfs", "mount_setattr(tmpfs, MOUNT_ATTR_IDMAP)", try_idmap},
    {"idmap-root", "mount_setattr(open_tree(\"/\"), MOUNT_ATTR_IDMAP)", try_idmap_root},
    {"mknod", "mknod(\"null\", S_IFCHR, 1:3)", try_device_node},
    {"mount-proc", "fsopen(\"proc\") in a new pid namespace", try_proc},
    {"mount-sysfs", "fsopen(\"sysfs\") in a new network namespace", try_in_namespace<CLONE_NEWNET, kSysfs>},
    {"mount-cgroup2", "fsopen(\"cgroup2\") in a new cgroup namespace", try_in_namespace<CLONE_NEWCGROUP, kCgroup2>},
    {"mount-mqueue", "fsopen(\"mqueue\") in a new ipc namespace", try_in_namespace<CLONE_NEWIPC, kMqueue>},
    {"mount-devpts", "fsopen(\"devpts\")", try_devpts},
};

}  // namespace

int workspace() { return space; }

const std::span<const Try> kMountTries = kTries;

}  // namespace runts::probe
