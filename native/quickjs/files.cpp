// Files by their paths, with Node's semantics and names of calls, so that both hosts say the same.
#include "../core/files.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "../core/lock.h"
#include "functions.h"
#include "loop.h"

namespace runts::quickjs {
namespace {

using core::open_at;

struct CloseDirectory {
  void operator()(DIR *directory) const { closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

// A function of a path, which reaches the kernel whole: one with a NUL inside is refused.
template <JSValue (*act)(const Call &, const std::string &)>
JSValue on_path(const Call &call) {
  std::optional<std::string> path = path_at(call, 0);
  return path ? act(call, *path) : fail(call.context, EINVAL, "path");
}

JSValue done_or_fail(const Call &call, int error, const char *syscall, const std::string &path) {
  return error < 0 ? fail(call.context, error, syscall, path) : JS_UNDEFINED;
}

bool is_missing(int error) { return error == ENOENT || error == ENOTDIR; }

JSValue read_descriptor(const Call &call, int fd, const std::string &path) {
  std::string text;
  // What is as large as the limit is not too large yet.
  int error = core::read_all(fd, text, static_cast<size_t>(call.number(1)) + 1);
  if (error < 0) return fail(call.context, error, "read", path);
  return from_text(call.context, text);
}

JSValue read_file(const Call &call, const std::string &path) {
  Fd file(open_at(AT_FDCWD, path.c_str(), O_RDONLY));
  if (!file) return fail(call.context, errno, "open", path);
  return read_descriptor(call, file.get(), path);
}

// readText(path, limit); a number is a descriptor.
JSValue read_text(const Call &call) {
  return JS_IsNumber(call.at(0)) ? read_descriptor(call, call.number(0), {}) : on_path<read_file>(call);
}

// No other process has the same number at that time, and it takes no system call.
std::string fresh_name(const std::string &path) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  std::string name = path + "." + std::to_string(getpid());
  return name.append(1, '.').append(std::to_string(now.tv_sec * 1000000000 + now.tv_nsec)).append(".new");
}

// The new file, whole, and with its mode whatever the umask; or -errno and the call that failed.
int write_fresh(const std::string &path, std::string_view text, unsigned mode, const char *&syscall) {
  syscall = "open";
  Fd file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file) return -errno;
  syscall = "fchmod";
  if (fchmod(file.get(), mode) != 0) return -errno;
  syscall = "write";
  return core::write_all(file.get(), text);
}

// replace(path, text, mode)
JSValue replace(const Call &call, const std::string &path) {
  const char *syscall;
  std::string fresh = fresh_name(path);
  int error = write_fresh(fresh, Text(call, 1).view(), static_cast<unsigned>(call.number(2)), syscall);
  if (error == 0 && rename(fresh.c_str(), path.c_str()) != 0) {
    error = -errno;
    syscall = "rename";
  }
  if (error == 0) return JS_UNDEFINED;
  if (syscall[0] != 'o') unlink(fresh.c_str());
  return fail(call.context, error, syscall, path);
}

JSValue write_with(const Call &call, const std::string &path, int flags) {
  Fd file(open(path.c_str(), flags | O_CLOEXEC, 0644));
  if (!file) return fail(call.context, errno, "open", path);
  std::string text = call.text(1);
  ssize_t sent;
  do sent = ::write(file.get(), text.data(), text.size());
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? fail(call.context, errno, "write", path) : JS_UNDEFINED;
}

// write(path, text), append(path, text)
JSValue write(const Call &call, const std::string &path) { return write_with(call, path, O_RDWR); }
JSValue append(const Call &call, const std::string &path) {
  return write_with(call, path, O_WRONLY | O_APPEND | O_CREAT);
}

int make_parents(const std::string &path, unsigned mode) {
  if (mkdir(path.c_str(), mode) == 0) return 0;
  if (errno == EEXIST) {
    struct stat status;
    return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) ? 0 : -EEXIST;
  }
  size_t end = path.find_last_of('/');
  if (errno != ENOENT || end == path.npos || end == 0) return -errno;
  if (int error = make_parents(path.substr(0, end), mode); error < 0) return error;
  return mkdir(path.c_str(), mode) == 0 || errno == EEXIST ? 0 : -errno;
}

// makeDirectory(path, mode, parents)
JSValue make_directory(const Call &call, const std::string &path) {
  auto mode = static_cast<unsigned>(call.number(1));
  bool parents = JS_ToBool(call.context, call.at(2));
  int error = parents ? make_parents(path, mode) : mkdir(path.c_str(), mode) == 0 ? 0 : -errno;
  return done_or_fail(call, error, "mkdir", path);
}

// Of a directory but for `.` and `..`.
int names_in(int directory, std::vector<std::string> &names) {
  Directory entries(fdopendir(directory));
  if (!entries) {
    int error = errno;
    close(directory);
    return -error;
  }
  errno = 0;
  while (dirent *entry = readdir(entries.get())) {
    std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return -errno;
}

// Down by descriptors, through no symbolic link; what is gone meanwhile is fine.
int remove_tree_at(int parent, const char *name) {
  if (unlinkat(parent, name, 0) == 0 || errno == ENOENT) return 0;
  if (errno != EISDIR && errno != EPERM) return -errno;
  int directory = open_at(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (directory < 0) return directory == -ENOENT ? 0 : directory;
  Fd kept(directory);
  std::vector<std::string> names;
  if (int error = names_in(fcntl(directory, F_DUPFD_CLOEXEC, 3), names); error < 0) return error;
  for (const std::string &inner : names) {
    if (int error = remove_tree_at(directory, inner.c_str()); error < 0) return error;
  }
  return unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : -errno;
}

JSValue remove_tree(const Call &call, const std::string &path) {
  return done_or_fail(call, remove_tree_at(AT_FDCWD, path.c_str()), "rm", path);
}

JSValue remove_file(const Call &call, const std::string &path) {
  return done_or_fail(call, unlink(path.c_str()) == 0 ? 0 : -errno, "unlink", path);
}

// list(path): sorted by bytes
JSValue list(const Call &call, const std::string &path) {
  int directory = open_at(AT_FDCWD, path.c_str(), O_RDONLY | O_DIRECTORY);
  std::vector<std::string> names;
  int error = directory < 0 ? directory : names_in(directory, names);
  if (error < 0) return fail(call.context, error, "scandir", path);
  std::sort(names.begin(), names.end());
  return from_list(call.context, names, [&](const std::string &name) { return from_text(call.context, name); });
}

JSValue exists(const Call &call) {
  std::optional<std::string> path = path_at(call, 0);
  return JS_NewBool(call.context, path && access(path->c_str(), F_OK) == 0);
}

JSValue may_write(const Call &call) {
  std::optional<std::string> path = path_at(call, 0);
  return JS_NewBool(call.context, path && access(path->c_str(), W_OK) == 0);
}

const char *kind_of(const struct stat &status) {
  if (S_ISREG(status.st_mode)) return "file";
  if (S_ISDIR(status.st_mode)) return "directory";
  return S_ISLNK(status.st_mode) ? "symlink" : "other";
}

JSValue kind(const Call &call, const std::string &path) {
  struct stat status;
  if (lstat(path.c_str(), &status) == 0) return JS_NewString(call.context, kind_of(status));
  if (is_missing(errno)) return JS_NewString(call.context, "missing");
  return fail(call.context, errno, "lstat", path);
}

JSValue owner_of(const Call &call, const std::string &path) {
  struct stat status;
  if (lstat(path.c_str(), &status) != 0) return fail(call.context, errno, "lstat", path);
  return JS_NewUint32(call.context, status.st_uid);
}

JSValue real_path(const Call &call, const std::string &path) {
  char resolved[PATH_MAX];
  if (!realpath(path.c_str(), resolved)) return fail(call.context, errno, "realpath", path);
  return JS_NewString(call.context, resolved);
}

JSValue file_system(const Call &call, const std::string &path) {
  struct statfs status;
  if (statfs(path.c_str(), &status) == 0) return JS_NewInt64(call.context, static_cast<int64_t>(status.f_type));
  return is_missing(errno) ? JS_UNDEFINED : fail(call.context, errno, "statfs", path);
}

// tryLock(path): a descriptor, or -1 where another has it
JSValue try_lock(const Call &call, const std::string &path) {
  int fd = core::take_lock(path, false);
  if (fd < 0 && fd != -EWOULDBLOCK) return fail(call.context, fd, "flock", path);
  return JS_NewInt32(call.context, fd < 0 ? -1 : fd);
}

// lock(path): a promise of a descriptor; nothing goes on meanwhile
JSValue lock(const Call &call, const std::string &path) {
  int fd = core::take_lock(path, true);
  return settled(call.context,
                 fd < 0 ? system_error(call.context, fd, "flock", path) : JS_NewInt32(call.context, fd));
}

constexpr Function kTable[] = {
    {"readText", read_text},
    {"replace", on_path<replace>},
    {"write", on_path<write>},
    {"append", on_path<append>},
    {"makeDirectory", on_path<make_directory>},
    {"removeTree", on_path<remove_tree>},
    {"removeFile", on_path<remove_file>},
    {"list", on_path<list>},
    {"exists", exists},
    {"mayWrite", may_write},
    {"kind", on_path<kind>},
    {"ownerOf", on_path<owner_of>},
    {"realPath", on_path<real_path>},
    {"fileSystem", on_path<file_system>},
    {"tryLock", on_path<try_lock>},
    {"lock", on_path<lock>},
};

}  // namespace

constinit const std::span<const Function> kFiles = kTable;

}  // namespace runts::quickjs
