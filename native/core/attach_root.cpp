// The root of a container that shares the host's mount namespace: a mount of its own over its directory, so that
// all that is mounted below goes with it, and nothing else.
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

#include "../sys/syscalls.h"
#include "files.h"
#include "steps.h"

namespace runts::core {
namespace {

// Name of the file in the state directory that tells which mount it was.
constexpr const char *kRecord = "root-mount";

// linux/stat.h: an id that no later mount gets (6.8), else one that may be given again.
constexpr unsigned kStatxMntIdUnique = 0x4000;
constexpr unsigned kStatxMntId = 0x1000;

uint64_t mount_id(int fd) {
  struct statx status {};
  for (unsigned mask : {kStatxMntIdUnique, kStatxMntId}) {
    bool known = statx(fd, "", AT_EMPTY_PATH, mask, &status) == 0 && (status.stx_mask & mask);
    if (known) return status.stx_mnt_id;
  }
  return 0;
}

Status open_directory(const plan::Str &path, Fd &out) {
  constexpr int kFlags = O_PATH | O_DIRECTORY | O_NOFOLLOW;
  int fd = open_at(AT_FDCWD, path.c_str(), kFlags);
  Report report;
  if (fd < 0) return failed(fd, report.call("open").string(path).flags(kFlags, kOpenFlagNames));
  out.reset(fd);
  return done();
}

// Its own subtree, which the host's mounts reach and not the other way round.
Status clone_root(int directory, const plan::Str &path, Fd &out) {
  constexpr unsigned kFlags =
      sys::kOpenTreeClone | sys::kOpenTreeCloexec | sys::kAtEmptyPath | sys::kAtRecursive;
  int tree = sys::open_tree(directory, "", kFlags);
  Report report;
  if (tree < 0)
    return failed(tree, report.call("open_tree").fd(directory, path).flags(kFlags, kOpenTreeNames));
  out.reset(tree);
  sys::MountAttr attributes{};
  attributes.propagation = sys::kMsSlave;
  int error = sys::mount_setattr(tree, true, attributes);
  return error ? failed(error, report.call("mount_setattr").fd(tree, path).word("MS_SLAVE")) : done();
}

Status record(const plan::Str &directory, uint64_t id) {
  std::string path = std::string(directory) + '/' + kRecord;
  Fd file(open_at(AT_FDCWD, path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600));
  int error = file ? write_all(file.get(), std::to_string(id)) : -errno;
  return error ? failed(error, Report().call("write").string(path)) : done();
}

int detach(const Fd &mount) {
  std::string path = "/proc/self/fd/" + std::to_string(mount.get());
  return sys::umount2(path.c_str(), sys::kMntDetach);
}

}  // namespace

Status attach_root(const plan::AttachRoot &step, Context &context) {
  Fd directory;
  auto tree = std::make_shared<Fd>();
  if (Status status = open_directory(step.path, directory); !status.ok()) return status;
  if (Status status = clone_root(directory.get(), step.path, *tree); !status.ok()) return status;
  // Before it can be seen, so that whoever clears up after a creator that was killed finds it.
  if (Status status = record(step.directory, mount_id(tree->get())); !status.ok()) return status;
  int error = sys::attach_mount(tree->get(), directory.get());
  if (error) return failed(error, Report().call("move_mount").fd(tree->get()).fd(directory.get(), step.path));
  context.undo.push_back([tree] { (void)detach(*tree); });
  return done();
}

Status detach_root(const plan::DetachRoot &step) {
  std::string recorded;
  std::string file = std::string(step.directory) + '/' + kRecord;
  Fd mount;
  // Nothing was attached, or its directory is gone.
  if (read_file_at(AT_FDCWD, file.c_str(), recorded) != 0) return done();
  if (Status status = open_directory(step.path, mount); !status.ok()) return done();
  if (recorded != std::to_string(mount_id(mount.get()))) return done();
  int error = detach(mount);
  return error ? failed(error, Report().call("umount2").string(step.path).word("MNT_DETACH")) : done();
}

}  // namespace runts::core
