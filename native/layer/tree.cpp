#include "tree.h"

#include <algorithm>
#include <climits>

#include "../sys/beneath.h"
#include "descriptors.h"
#include "../core/names.h"
#include "xattrs.h"

namespace runts::layer {
namespace {

bool is_gone(int error) { return error == ENOENT || error == ENOTDIR || error == ELOOP; }

std::string last_component(const std::string &path) { return path.substr(path.rfind('/') + 1); }

Fd open_entry(int directory, const std::string &path) {
  return Fd(sys::open_beneath(directory, path.empty() ? "." : path.c_str(), O_PATH));
}

Status read_target(int link, const std::string &path, std::string &out) {
  char target[PATH_MAX];
  ssize_t size = readlinkat(link, "", target, sizeof(target));
  if (size < 0) return failed_on("readlinkat", link, path);
  out.assign(target, static_cast<size_t>(size));
  return done();
}

}  // namespace

Status Tree::open(const std::string &directory) {
  top_.reset(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  return top_ ? open_descriptors(descriptors_) : failed_at("openat", AT_FDCWD, directory);
}

Status Tree::entry_at(const std::string &path, std::optional<TreeEntry> &out) const {
  Fd entry = open_entry(top_.get(), path);
  if (!entry) return is_gone(errno) ? done() : failed_at("openat2", top_.get(), path);
  return read_entry(entry, path, out.emplace());
}

Status Tree::entries_of(const std::string &path, std::vector<TreeEntry> &out) const {
  Fd directory(sys::open_beneath(top_.get(), path.empty() ? "." : path.c_str(), O_RDONLY | O_DIRECTORY));
  if (!directory) return is_gone(errno) ? done() : failed_at("openat2", top_.get(), path);
  std::vector<std::string> names;
  int error = core::each_name(directory.get(), [&](const char *name, bool) {
    names.emplace_back(name);
    return true;
  });
  errno = -error;
  if (error < 0) return failed_on("getdents64", directory.get(), path);
  std::sort(names.begin(), names.end());
  for (const std::string &name : names) {
    Fd entry = open_entry(directory.get(), name);
    if (!entry && is_gone(errno)) continue;
    if (!entry) return failed_at("openat2", directory.get(), name);
    if (Status status = read_entry(entry, name, out.emplace_back()); !status.ok()) return status;
  }
  return done();
}

Status Tree::read_entry(const Fd &entry, const std::string &path, TreeEntry &out) const {
  out.name = last_component(path);
  if (fstat(entry.get(), &out.status) != 0) return failed_on("fstat", entry.get(), path);
  if (S_ISLNK(out.status.st_mode)) {
    if (Status status = read_target(entry.get(), path, out.target); !status.ok()) return status;
  }
  if (fchdir(descriptors_.get()) != 0) return failed_on("fchdir", descriptors_.get(), "descriptors");
  return read_xattrs_here(std::to_string(entry.get()).c_str(), true, Which::kAll, path, out.xattrs);
}

Status Tree::open_file(const std::string &path, dev_t device, ino_t inode, Fd &out) const {
  Fd entry = open_entry(top_.get(), path);
  if (!entry && !is_gone(errno)) return failed_at("openat2", top_.get(), path);
  struct stat status{};
  if (entry && fstat(entry.get(), &status) != 0) return failed_on("fstat", entry.get(), path);
  if (!S_ISREG(status.st_mode) || status.st_dev != device || status.st_ino != inode)
    return refused(ESTALE, "the file is another one by now");
  std::string number = std::to_string(entry.get());
  out.reset(openat(descriptors_.get(), number.c_str(), O_RDONLY | O_NOCTTY | O_CLOEXEC));
  return out ? done() : failed_at("openat", descriptors_.get(), path);
}

}  // namespace runts::layer
