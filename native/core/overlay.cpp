#include <cerrno>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "../sys/syscalls.h"
#include "file_system.h"
#include "files.h"
#include "own_thread.h"
#include "steps.h"

namespace runts::core {
namespace {

constexpr const char *kDescriptors = "/proc/thread-self/fd/";

struct Layer {
  Fd dir;
  std::string path;
  // A name that is short enough for FSCONFIG_SET_STRING whatever the path is.
  std::string short_name() const { return kDescriptors + std::to_string(dir.get()); }
};

// By what one option for all lower directories names them: paths, or numbers for a thread that is in kDescriptors.
enum class Joined { kPaths, kNumbers };

Status open_layer(const plan::Str &path, Layer &layer) {
  int fd = open_at(AT_FDCWD, path.c_str(), O_PATH | O_DIRECTORY);
  Report report;
  if (fd < 0) return failed(fd, report.call("open").string(path).flags(O_PATH | O_DIRECTORY, kOpenFlagNames));
  layer.dir.reset(fd);
  layer.path = path;
  return done();
}

// By descriptor (6.13), else by a name.
int set_layer(int context, const char *key, const Layer &layer) {
  int error = sys::fsconfig(context, sys::kFsconfigSetFd, key, nullptr, layer.dir.get());
  if (error == -EINVAL || error == -EBADF) error = set_fs_string(context, key, layer.short_name().c_str());
  return error;
}

// Before 6.7 there is one option for all lower directories.
Status set_joined(int context, const std::vector<Layer> &lower, Joined how) {
  std::string joined;
  for (const Layer &layer : lower) {
    joined.append(joined.empty() ? "" : ":");
    joined.append(how == Joined::kPaths ? layer.short_name() : std::to_string(layer.dir.get()));
  }
  int error =
      joined.size() > sys::kFsconfigMaxString ? -E2BIG : set_fs_string(context, "lowerdir", joined.c_str());
  return error < 0 ? config_refused(error, context, "lowerdir", joined) : done();
}

Status set_lower(int context, const std::vector<Layer> &lower, Joined how) {
  for (size_t i = 0; i < lower.size(); i++) {
    int error = set_layer(context, "lowerdir+", lower[i]);
    if (error == -EINVAL && i == 0) return set_joined(context, lower, how);
    if (error < 0) return config_refused(error, context, "lowerdir+", lower[i].path);
  }
  return done();
}

Status set_directory(int context, const char *key, const plan::Str &path) {
  if (path.empty()) return done();
  Layer layer;
  if (Status status = open_layer(path, layer); !status.ok()) return status;
  int error = set_layer(context, key, layer);
  return error < 0 ? config_refused(error, context, key, path) : done();
}

// The lower directories, as they are or as the container's user namespace is to see them.
Status open_lower(const plan::Overlay &step, std::vector<Layer> &lower) {
  bool maps = !step.uid_mappings.empty() || !step.gid_mappings.empty() || !step.user_namespace.empty();
  Fd users;
  if (maps) {
    Status status = user_namespace_for(step.uid_mappings, step.gid_mappings, step.user_namespace, users);
    if (!status.ok()) return status;
  }
  for (const plan::Str &path : step.lower) {
    Layer &layer = lower.emplace_back();
    Status status = maps ? clone_tree(path, 0, layer.dir) : open_layer(path, layer);
    if (!status.ok()) return status;
    layer.path = path;
    if (!maps) continue;
    if (status = idmap_tree(layer.dir.get(), path, users.get(), false); !status.ok()) return status;
  }
  return done();
}

Status configure(const plan::Overlay &step, int context, Joined how) {
  std::vector<Layer> lower;
  if (Status status = open_lower(step, lower); !status.ok()) return status;
  if (int error = set_fs_string(context, "source", "overlay"); error < 0)
    return config_refused(error, context, "source", "overlay");
  if (Status status = set_lower(context, lower, how); !status.ok()) return status;
  if (Status status = set_directory(context, "upperdir", step.upper); !status.ok()) return status;
  if (Status status = set_directory(context, "workdir", step.work); !status.ok()) return status;
  if (Status status = set_fs_options(context, step.options); !status.ok()) return status;
  return create_fs(context);
}

Status mount_by(const plan::Overlay &step, unsigned attributes, Joined how, Fd &out) {
  Report report;
  Fd file_system(sys::fsopen("overlay", sys::kFsopenCloexec));
  if (!file_system) return failed(file_system.get(), report.call("fsopen").string("overlay"));
  if (Status status = configure(step, file_system.get(), how); !status.ok()) return status;
  int fd = sys::fsmount(file_system.get(), sys::kFsmountCloexec, attributes);
  if (fd < 0) return failed(fd, report.call("fsmount").fd(file_system.get(), "overlay"));
  out.reset(fd);
  return done();
}

Status enter_descriptors() {
  if (unshare(CLONE_FS) != 0) return failed(errno, "unshare(CLONE_FS)");
  Report report;
  return chdir(kDescriptors) == 0 ? done() : failed(errno, report.call("chdir").string(kDescriptors));
}

}  // namespace

// Numbers take a quarter of the place: 60 layers and more instead of 12.
Status mount_overlay(const plan::Overlay &step, unsigned attributes, Fd &out) {
  Status status = mount_by(step, attributes, Joined::kPaths, out);
  if (status.error != E2BIG) return status;
  int error = on_own_thread([&] {
    status = enter_descriptors();
    if (status.ok()) status = mount_by(step, attributes, Joined::kNumbers, out);
  });
  return error < 0 ? failed(error, "pthread_create()") : status;
}

Status make_overlay(const plan::Overlay &step, Context &context) {
  Fd tree;
  Status status = mount_overlay(step, 0, tree);
  if (status.ok()) give_slot(context, step.slot, std::move(tree));
  return status;
}

}  // namespace runts::core
