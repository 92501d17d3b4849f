#include "copyup.h"

#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/xattr.h>

#include "paths.h"

namespace runts::init {
namespace {

constexpr int kMostDepth = 64;
constexpr size_t kEntriesSize = 2048;
constexpr size_t kNamesSize = 4096;

// getdents64(2)
struct Entry {
  uint64_t inode;
  int64_t next;
  uint16_t size;
  uint8_t type;
  char name[];
};

char block[32768];

class Copier {
 public:
  explicit Copier(Context &context) : context_(context) {}

  Result directory(int from, int to, int depth) {
    if (depth > kMostDepth)
      return Result::failure(
          ELOOP, context_.report.call("getdents64").fd(from).detail("too many directories in one another"));
    alignas(Entry) char entries[kEntriesSize];
    while (true) {
      long size = sys::call(SYS_getdents64, from, entries, sizeof(entries));
      if (size < 0)
        return Result::failure(static_cast<int>(-size), context_.report.call("getdents64").fd(from));
      if (size == 0) return Result::ok();
      for (long at = 0; at < size;) {
        auto *entry = reinterpret_cast<const Entry *>(entries + at);
        at += entry->size;
        if (strcmp(entry->name, ".") == 0 || strcmp(entry->name, "..") == 0) continue;
        if (Result result = item(from, to, entry->name, depth); result.failed()) return result;
      }
    }
  }

  // Owner first: a change of owner takes setuid bits and capabilities away.
  Result attributes(int from, int to, const struct stat &status, const CopyRoot &what) {
    struct statfs mount;
    if (fstatfs(from, &mount) != 0) return failed("fstatfs", from, "");
    bool privileged = !(mount.f_flags & ST_NOSUID) || S_ISDIR(status.st_mode);
    if (what.owner && fchown(to, status.st_uid, status.st_gid) != 0) return failed("fchown", to, "");
    if (what.mode && fchmod(to, status.st_mode & (privileged ? 07777 : 01777)) != 0)
      return failed("fchmod", to, "");
    extended_attributes(from, to, privileged);
    timespec times[2] = {status.st_atim, status.st_mtim};
    if (futimens(to, times) != 0) return failed("futimens", to, "");
    return Result::ok();
  }

 private:
  Result item(int from, int to, const char *name, int depth) {
    struct stat status;
    if (fstatat(from, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return failed("newfstatat", from, name);
    switch (status.st_mode & S_IFMT) {
      case S_IFDIR:
        return subdirectory(from, to, name, depth);
      case S_IFREG:
        return file(from, to, name);
      case S_IFLNK:
        return link(from, to, name, status);
      case S_IFCHR:
      case S_IFBLK:
      case S_IFIFO:
        return node(from, to, name, status);
      default:
        return Result::ok();
    }
  }

  Result subdirectory(int from, int to, const char *name, int depth) {
    Fd source, made;
    struct stat status;
    Result result = open_source(from, name, O_RDONLY | O_DIRECTORY, source, status);
    if (result.failed()) return result;
    if (mkdirat(to, name, 0700) != 0) return failed("mkdirat", to, name);
    made.reset(open_child(to, name, O_RDONLY | O_DIRECTORY));
    if (!made) return failed("openat2", to, name);
    result = directory(source.get(), made.get(), depth + 1);
    return result.failed() ? result : attributes(source.get(), made.get(), status, CopyRoot());
  }

  Result file(int from, int to, const char *name) {
    Fd source, made;
    struct stat status;
    Result result = open_source(from, name, O_RDONLY | O_NONBLOCK, source, status);
    if (result.failed()) return result;
    if (!S_ISREG(status.st_mode)) {
      errno = ESTALE;
      return failed("openat2", from, name);
    }
    made.reset(open_child(to, name, O_WRONLY | O_CREAT | O_EXCL, 0600));
    if (!made) return failed("openat2", to, name);
    while (true) {
      ssize_t size = read(source.get(), block, sizeof(block));
      if (size < 0) return failed("read", source.get(), name);
      if (size == 0) break;
      for (ssize_t done = 0; done < size;) {
        ssize_t written = write(made.get(), block + done, static_cast<size_t>(size - done));
        if (written < 0) return failed("write", made.get(), name);
        done += written;
      }
    }
    return attributes(source.get(), made.get(), status, CopyRoot());
  }

  // What is no device on the mount that it is copied from does not become one.
  Result node(int from, int to, const char *name, const struct stat &status) {
    struct statfs mount;
    if (fstatfs(from, &mount) != 0) return failed("fstatfs", from, "");
    if (!S_ISFIFO(status.st_mode) && (mount.f_flags & ST_NODEV)) return Result::ok();
    if (mknodat(to, name, status.st_mode, status.st_rdev) != 0) return failed("mknodat", to, name);
    return without_descriptor(to, name, status);
  }

  Result link(int from, int to, const char *name, const struct stat &status) {
    char target[PATH_MAX];
    ssize_t size = readlinkat(from, name, target, sizeof(target) - 1);
    if (size < 0) return failed("readlinkat", from, name);
    target[size] = 0;
    if (symlinkat(target, to, name) != 0) return failed("symlinkat", to, name);
    return without_descriptor(to, name, status);
  }

  // Nobody else sees the new file system yet, so names in it are safe.
  Result without_descriptor(int to, const char *name, const struct stat &status) {
    if (fchownat(to, name, status.st_uid, status.st_gid, AT_SYMLINK_NOFOLLOW) != 0)
      return failed("fchownat", to, name);
    timespec times[2] = {status.st_atim, status.st_mtim};
    if (utimensat(to, name, times, AT_SYMLINK_NOFOLLOW) != 0) return failed("utimensat", to, name);
    return Result::ok();
  }

  Result open_source(int from, const char *name, int flags, Fd &out, struct stat &status) {
    out.reset(open_child(from, name, static_cast<uint64_t>(flags)));
    if (!out) return failed("openat2", from, name);
    return fstat(out.get(), &status) == 0 ? Result::ok() : failed("fstat", out.get(), name);
  }

  static void extended_attributes(int from, int to, bool privileged) {
    char names[kNamesSize];
    ssize_t size = flistxattr(from, names, sizeof(names));
    for (ssize_t at = 0; at < size; at += static_cast<ssize_t>(strlen(names + at)) + 1) {
      if (!privileged && strcmp(names + at, "security.capability") == 0) continue;
      ssize_t value = fgetxattr(from, names + at, block, sizeof(block));
      if (value >= 0) fsetxattr(to, names + at, block, static_cast<size_t>(value), 0);
    }
  }

  Result failed(std::string_view call, int fd, std::string_view name) {
    int error = errno;
    return Result::failure(error, context_.report.call(call).fd(fd).string(name));
  }

  Context &context_;
};

}  // namespace

Result copy_tree(Context &context, int from, int to, const CopyRoot &root) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  Fd source(openat(from, ".", kFlags)), target(openat(to, ".", kFlags));
  struct stat status;
  if (!source || !target || fstat(source.get(), &status) != 0) {
    int error = errno;
    return Result::failure(error,
                           context.report.call("openat").fd(from).string(".").word("O_RDONLY|O_DIRECTORY"));
  }
  Copier copier(context);
  Result result = copier.directory(source.get(), target.get(), 0);
  return result.failed() ? result : copier.attributes(source.get(), target.get(), status, root);
}

}  // namespace runts::init
