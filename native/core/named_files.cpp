#include "named_files.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../sys/fd.h"
#include "files.h"
#include "names.h"
#include "remove_tree.h"

namespace runts::core {
namespace {

Called failed_call(const char *call) { return {-errno, call}; }

Called outcome_of(int error, const char *call) { return error < 0 ? Called{error, call} : Called{}; }

bool is_missing(int error) { return error == ENOENT || error == ENOTDIR; }

// No other thread has the same number at that time, and it takes no system call.
std::string fresh_name(const std::string &path) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  std::string name = path + "." + std::to_string(getpid());
  return name.append(1, '.').append(std::to_string(now.tv_sec * 1000000000 + now.tv_nsec)).append(".new");
}

// The new file, whole, and with its mode.
Called write_fresh(const std::string &path, std::string_view text, unsigned mode) {
  Fd file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file) return failed_call("open");
  Called called;
  if (fchmod(file.get(), mode) != 0) called = failed_call("fchmod");
  if (called.ok()) called = outcome_of(write_all(file.get(), text), "write");
  if (!called.ok()) unlink(path.c_str());
  return called;
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

// The last component of a path, and all before it.
struct Place {
  std::string above;
  std::string name;
};

Place place_of(const std::string &path) {
  size_t end = path.find_last_not_of('/'), slash = path.rfind('/', end);
  if (end == path.npos || slash == path.npos) return {".", path};
  return {path.substr(0, slash + 1), path.substr(slash + 1, end - slash)};
}

}  // namespace

Called read_descriptor(int fd, size_t limit, std::string &out) {
  // What is as large as the limit is not too large yet.
  return outcome_of(read_all(fd, out, limit + 1), "read");
}

Called read_named(const std::string &path, size_t limit, std::string &out) {
  int fd = open_at(AT_FDCWD, path.c_str(), O_RDONLY);
  if (fd < 0) return {fd, "open"};
  return read_descriptor(Fd(fd).get(), limit, out);
}

Called replace_named(const std::string &path, std::string_view text, unsigned mode) {
  std::string fresh = fresh_name(path);
  if (Called called = write_fresh(fresh, text, mode); !called.ok()) return called;
  if (rename(fresh.c_str(), path.c_str()) == 0) return {};
  Called called = failed_call("rename");
  unlink(fresh.c_str());
  return called;
}

Called write_named(const std::string &path, int flags, std::string_view text) {
  int fd = open_at(AT_FDCWD, path.c_str(), flags, 0644);
  if (fd < 0) return {fd, "open"};
  Fd file(fd);
  ssize_t sent;
  do sent = write(fd, text.data(), text.size());
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? failed_call("write") : Called{};
}

Called make_directory(const std::string &path, unsigned mode, bool parents) {
  if (parents) return outcome_of(make_parents(path, mode), "mkdir");
  return mkdir(path.c_str(), mode) == 0 ? Called{} : failed_call("mkdir");
}

Called remove_tree(const std::string &path) {
  Place place = place_of(path);
  Fd above(open(place.above.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!above) return is_missing(errno) ? Called{} : failed_call("rm");
  Status status = remove_tree_at(above.get(), place.name.c_str());
  return outcome_of(-status.error, "rm");
}

Called discard_tree(const std::string &path) {
  std::string aside = fresh_name(path);
  // Where it cannot be renamed it goes where it lies.
  if (rename(path.c_str(), aside.c_str()) != 0) return remove_tree(path);
  Called called = remove_tree(aside);
  // What does not go is found where it was, unless there is another by now.
  if (!called.ok()) renameat2(AT_FDCWD, aside.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE);
  return called;
}

Called remove_named(const std::string &path) {
  return unlink(path.c_str()) == 0 ? Called{} : failed_call("unlink");
}

Called list_names(const std::string &path, std::vector<std::string> &names) {
  int fd = open_at(AT_FDCWD, path.c_str(), O_RDONLY | O_DIRECTORY);
  if (fd < 0) return {fd, "scandir"};
  Fd directory(fd);
  int error = each_name(fd, [&](const char *name, bool) {
    names.emplace_back(name);
    return true;
  });
  std::sort(names.begin(), names.end());
  return outcome_of(error, "scandir");
}

Called kind_of(const std::string &path, const char *&kind) {
  struct stat status;
  kind = "missing";
  if (lstat(path.c_str(), &status) != 0) return is_missing(errno) ? Called{} : failed_call("lstat");
  if (S_ISREG(status.st_mode)) kind = "file";
  else if (S_ISDIR(status.st_mode)) kind = "directory";
  else kind = S_ISLNK(status.st_mode) ? "symlink" : "other";
  return {};
}

Called owner_of(const std::string &path, unsigned &owner) {
  struct stat status;
  if (lstat(path.c_str(), &status) != 0) return failed_call("lstat");
  owner = status.st_uid;
  return {};
}

Called real_path(const std::string &path, std::string &out) {
  char resolved[PATH_MAX];
  if (!realpath(path.c_str(), resolved)) return failed_call("realpath");
  out = resolved;
  return {};
}

Called file_system_at(const std::string &path, std::optional<int64_t> &type) {
  struct statfs status;
  if (statfs(path.c_str(), &status) != 0) return is_missing(errno) ? Called{} : failed_call("statfs");
  type = static_cast<int64_t>(status.f_type);
  return {};
}

}  // namespace runts::core
