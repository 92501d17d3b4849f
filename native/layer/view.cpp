#include "view.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../core/files.h"
#include "../core/steps.h"
#include "../sys/syscalls.h"

namespace runts::layer {
namespace {

using core::done;
using core::failed;
using core::Status;

constexpr uint64_t kInside = sys::kResolveInRoot | sys::kResolveNoMagiclinks | sys::kResolveNoXdev;
constexpr int kDirectory = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

Status open_inside(int view, const std::string &path, uint64_t flags, Fd &out) {
  int fd = sys::openat2(view, path.c_str(), {flags | O_CLOEXEC, 0, kInside});
  if (fd < 0) return failed(fd, Report().call("openat2").fd(view, "image").string(path));
  out.reset(fd);
  return done();
}

Status failed_in(const char *call, int directory, const std::string &name) {
  int error = errno;
  return failed(error, Report().call(call).fd(directory).string(name));
}

// The last component of a path, and what is before it.
struct Place {
  std::string parent;
  std::string name;
};

Place place_of(const std::string &path) {
  size_t end = path.find_last_not_of('/');
  if (end == path.npos) return {"/", ""};
  size_t slash = path.find_last_of('/', end);
  if (slash == path.npos) return {"/", path.substr(0, end + 1)};
  return {path.substr(0, slash + 1), path.substr(slash + 1, end - slash)};
}

// A directory whose times are as they were once something was made in it.
class Unmoved {
 public:
  explicit Unmoved(int directory) : directory_(directory), known_(fstat(directory, &before_) == 0) {}
  Unmoved(const Unmoved &) = delete;
  Unmoved &operator=(const Unmoved &) = delete;
  ~Unmoved() {
    timespec times[2] = {before_.st_atim, before_.st_mtim};
    if (known_) futimens(directory_, times);
  }

 private:
  int directory_;
  struct stat before_ = {};
  bool known_;
};

// What a directory with a default ACL or a group of its own gives to new files is not meant for these.
Status make_roots(int file, mode_t mode) {
  if (fchown(file, 0, 0) != 0) return failed_in("fchown", file, "");
  return fchmod(file, mode) == 0 ? done() : failed_in("fchmod", file, "");
}

Status make_child(int parent, const std::string &name) {
  Unmoved unmoved(parent);
  if (mkdirat(parent, name.c_str(), 0755) != 0) return failed_in("mkdirat", parent, name);
  Fd made(openat(parent, name.c_str(), kDirectory | O_NOFOLLOW));
  return made ? make_roots(made.get(), 0755) : failed_in("openat", parent, name);
}

// The directory, made with all that is missing above it.
Status open_made(int view, const std::string &path, Fd &out) {
  Status status = open_inside(view, path, O_RDONLY | O_DIRECTORY, out);
  if (status.ok() || status.error != ENOENT) return status;
  Place place = place_of(path);
  if (place.name.empty()) return status;
  Fd parent;
  if (Status above = open_made(view, place.parent, parent); !above.ok()) return above;
  if (Status made = make_child(parent.get(), place.name); !made.ok()) return made;
  return open_inside(view, path, O_RDONLY | O_DIRECTORY, out);
}

}  // namespace

Status open_view(std::string_view text, Fd &out) {
  plan::View plan(text);
  plan::Entry entry;
  plan::Overlay step;
  bool known = plan.next(entry) && entry.kind == plan::Kind::Overlay && entry.decode(step) && !plan.more();
  if (!known) return failed(EINVAL, "plan", "not one step overlay of this build");
  return core::mount_overlay(step, sys::kMountAttrNosuid | sys::kMountAttrNodev | sys::kMountAttrNoexec, out);
}

Status read_in_view(int view, const std::string &path, size_t limit, std::string &out) {
  Fd file;
  // Without waiting for the other end of a fifo; a device is refused by the mount.
  Status status = open_inside(view, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, file);
  if (!status.ok()) return status;
  struct stat found;
  if (fstat(file.get(), &found) != 0) return failed_in("fstat", file.get(), path);
  if (!S_ISREG(found.st_mode)) return failed(EINVAL, "fstat", "no regular file");
  int error = static_cast<uint64_t>(found.st_size) > limit ? -EFBIG : core::read_all(file.get(), out, limit);
  return error < 0 ? failed(error, Report().call("read").fd(file.get(), path)) : done();
}

Status make_directory_in_view(int view, const std::string &path) {
  Fd made;
  return open_made(view, path, made);
}

Status write_in_view(int view, const std::string &path, std::string_view text) {
  Place place = place_of(path);
  Fd parent;
  if (Status status = open_made(view, place.parent, parent); !status.ok()) return status;
  Unmoved unmoved(parent.get());
  const char *name = place.name.c_str();
  if (unlinkat(parent.get(), name, 0) != 0 && errno != ENOENT) return failed_in("unlinkat", parent.get(), name);
  Fd file(openat(parent.get(), name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!file) return failed_in("openat", parent.get(), name);
  int error = core::write_all(file.get(), text);
  return error < 0 ? failed(error, Report().call("write").fd(file.get(), path)) : make_roots(file.get(), 0644);
}

}  // namespace runts::layer
