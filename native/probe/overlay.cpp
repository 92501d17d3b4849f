#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>

#include "../sys/fd.h"
#include "../sys/syscalls.h"
#include "tries.h"

namespace runts::probe {
namespace {

// One more than OVL_MAX_STACK of the kernel.
constexpr int kMostLayers = 501;

int directory(const char *name) {
  if (mkdirat(workspace(), name, 0755) != 0 && errno != EEXIST) return -errno;
  int fd = openat(workspace(), name, O_PATH | O_DIRECTORY | O_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

int set_directory(const Fd &context, const char *key, const Fd &dir) {
  if (!dir) return dir.get();
  int error = sys::fsconfig(context.get(), sys::kFsconfigSetFd, key, nullptr, dir.get());
  if (error != -EINVAL && error != -EBADF) return error;
  Text<32> path("/proc/self/fd/");
  return sys::fsconfig(context.get(), sys::kFsconfigSetString, key, path.add(dir.get()).c_str(), 0);
}

struct Option {
  const char *key = nullptr;
  const char *value = nullptr;  // nullptr: a flag
};

// An overlay of two layers; `number` keeps its writable directories apart from those of the others.
int make_overlay(int number, Option option, const char *lower_key = "lowerdir+", const Fd *lower_tree = nullptr) {
  Text<16> upper_name("upper"), work_name("work");
  Fd context(sys::fsopen("overlay", sys::kFsopenCloexec));
  if (!context) return -errno;
  Fd lower(directory("lower")), upper(directory(upper_name.add(number).c_str())), work(directory(work_name.add(number).c_str()));
  if (int error = set_directory(context, lower_key, lower_tree ? *lower_tree : lower); error < 0) return error;
  if (int error = set_directory(context, "upperdir", upper); error < 0) return error;
  if (int error = set_directory(context, "workdir", work); error < 0) return error;
  if (option.key) {
    unsigned command = option.value ? sys::kFsconfigSetString : sys::kFsconfigSetFlag;
    int error = sys::fsconfig(context.get(), command, option.key, option.value, 0);
    if (error < 0) return error;
  }
  if (int error = sys::fsconfig(context.get(), sys::kFsconfigCreate, nullptr, nullptr, 0); error < 0) return error;
  Fd mount(sys::fsmount(context.get(), sys::kFsmountCloexec, 0));
  return mount ? 0 : -errno;
}

int try_overlay(Value &) { return make_overlay(0, {}, "lowerdir"); }
int try_append(Value &) { return make_overlay(1, {}); }
int try_userxattr(Value &) { return make_overlay(2, {"userxattr"}); }
int try_metacopy(Value &) { return make_overlay(3, {"metacopy", "on"}); }
int try_volatile(Value &) { return make_overlay(4, {"volatile"}); }

int try_descriptor(Value &) {
  Fd context(sys::fsopen("overlay", sys::kFsopenCloexec));
  Fd lower(directory("lower"));
  if (!context) return -errno;
  return sys::fsconfig(context.get(), sys::kFsconfigSetFd, "lowerdir+", nullptr, lower.get());
}

int try_idmapped(Value &) {
  Fd lower(directory("lower"));
  if (!lower) return lower.get();
  Fd tree(sys::open_tree(lower.get(), "", sys::kOpenTreeClone | sys::kOpenTreeCloexec | sys::kAtEmptyPath));
  if (!tree) return -errno;
  Fd users(map_user_namespace());
  if (!users) return users.get();
  int error = sys::mount_setattr(
      tree.get(), false,
      {.set = sys::kMountAttrIdmap, .clear = 0, .propagation = 0, .userns_fd = static_cast<uint64_t>(users.get())});
  return error < 0 ? error : make_overlay(5, {}, "lowerdir+", &tree);
}

// Layers are counted as they are named; none is mounted.
int try_layers(Value &value) {
  Fd context(sys::fsopen("overlay", sys::kFsopenCloexec));
  if (!context) return -errno;
  int count = 0, error = 0;
  while (count < kMostLayers) {
    Text<16> name("layer");
    Fd layer(directory(name.add(count).c_str()));
    error = set_directory(context, "lowerdir+", layer);
    if (error < 0) break;
    count++;
  }
  value.add(count);
  return count > 0 ? 0 : error;
}

constexpr Try kTries[] = {
    {"overlay", "fsopen(\"overlay\"), fsconfig(lowerdir, upperdir, workdir), fsmount()", try_overlay},
    {"overlay-lowerdir+", "fsconfig(overlay, \"lowerdir+\", ...)", try_append},
    {"overlay-by-descriptor", "fsconfig(overlay, FSCONFIG_SET_FD, \"lowerdir+\")", try_descriptor},
    {"overlay-layers", "fsconfig(overlay, \"lowerdir+\") until it is refused", try_layers},
    {"overlay-idmapped-layer", "fsconfig(overlay, \"lowerdir+\", idmapped tree)", try_idmapped},
    {"overlay-userxattr", "fsconfig(overlay, \"userxattr\")", try_userxattr},
    {"overlay-metacopy", "fsconfig(overlay, \"metacopy\", \"on\")", try_metacopy},
    {"overlay-volatile", "fsconfig(overlay, \"volatile\")", try_volatile},
};

}  // namespace

const std::span<const Try> kOverlayTries = kTries;

}  // namespace runts::probe
