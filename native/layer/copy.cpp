#include "copy.h"

#include <algorithm>
#include <climits>
#include <fcntl.h>

#include "../sys/beneath.h"
#include "file.h"

namespace runts::layer {
namespace {

// By read and write, where the file systems cannot do it among themselves.
Status copy_plainly(int from, int to, off_t offset, off_t end, std::string_view path) {
  std::string block(1 << 16, '\0');
  while (offset < end) {
    size_t most = std::min(block.size(), static_cast<size_t>(end - offset));
    ssize_t size = pread(from, block.data(), most, offset);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return failed_on("pread", from, path);
    if (size == 0) return done();
    Status status = write_at(to, {block.data(), static_cast<size_t>(size)}, static_cast<uint64_t>(offset), path);
    if (!status.ok()) return status;
    offset += size;
  }
  return done();
}

Status copy_range(int from, int to, off_t offset, off_t end, std::string_view path) {
  loff_t in = offset, out = offset;
  while (in < end) {
    ssize_t size = copy_file_range(from, &in, to, &out, static_cast<size_t>(end - in), 0);
    if (size == 0) return done();
    if (size > 0 || errno == EINTR) continue;
    if (errno == EXDEV || errno == EINVAL || errno == EOPNOTSUPP || errno == ENOSYS)
      return copy_plainly(from, to, in, end, path);
    return failed_on("copy_file_range", from, path);
  }
  return done();
}

Status copy_content(int from, int to, off_t size, std::string_view path) {
  for (off_t at = 0; at < size;) {
    off_t begin = lseek(from, at, SEEK_DATA);
    if (begin < 0 && errno == ENXIO) break;
    if (begin < 0) return failed_on("lseek", from, path);
    off_t end = lseek(from, begin, SEEK_HOLE);
    if (end < 0) return failed_on("lseek", from, path);
    if (Status status = copy_range(from, to, begin, end, path); !status.ok()) return status;
    at = end;
  }
  return ftruncate(to, size) == 0 ? done() : failed_on("ftruncate", to, path);
}

Status copy_file(const Found &found, int parent, const char *name, const Attributes &attributes, std::string_view path,
                 Maker &maker) {
  Fd from(sys::open_beneath(found.directory.get(), found.name.c_str(), O_RDONLY | O_NONBLOCK));
  if (!from) return failed_at("openat2", found.directory.get(), found.name);
  uint32_t mode = attributes.mode & ~kSpecialBits;
  Fd to(openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!to) return failed_at("openat", parent, name);
  Status status = copy_content(from.get(), to.get(), found.status.st_size, path);
  return status.ok() ? give_attributes(to.get(), maker.made(mode), attributes, path, maker.lost) : status;
}

Status copy_link(const Found &found, int parent, const char *name) {
  char target[PATH_MAX];
  ssize_t size = readlinkat(found.directory.get(), found.name.c_str(), target, sizeof(target) - 1);
  if (size < 0) return failed_at("readlinkat", found.directory.get(), found.name);
  target[size] = 0;
  return symlinkat(target, parent, name) == 0 ? done() : failed_at("symlinkat", parent, name);
}

}  // namespace

Status FoundAttributes::read(const Found &found, std::string_view path) {
  const struct stat &status = found.status;
  attributes_ = {status.st_mode & 07777, status.st_uid, status.st_gid, status.st_mtim, {}};
  if (fchdir(found.directory.get()) != 0) return failed_on("fchdir", found.directory.get(), path);
  Status read = read_xattrs_here(found.name.c_str(), false, Which::kCopied, path, xattrs_);
  attributes_.xattrs = xattrs_;
  return read;
}

Status copy_found(const Found &found, int parent, const char *name, std::string_view path, Maker &maker) {
  if (S_ISDIR(found.status.st_mode)) return refused(EISDIR, "a directory is not copied");
  FoundAttributes attributes;
  Status status = attributes.read(found, path);
  if (!status.ok()) return status;
  if (S_ISREG(found.status.st_mode)) return copy_file(found, parent, name, attributes.get(), path, maker);
  if (S_ISLNK(found.status.st_mode)) {
    status = copy_link(found, parent, name);
  } else if (mknodat(parent, name, found.status.st_mode, found.status.st_rdev) != 0) {
    status = failed_at("mknodat", parent, name);
  }
  Has made = maker.made(found.status.st_mode);
  return status.ok() ? give_attributes_at(parent, name, made, attributes.get(), path, maker.lost) : status;
}

}  // namespace runts::layer
