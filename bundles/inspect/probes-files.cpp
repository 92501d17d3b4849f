#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "json.h"
#include "probes.h"
#include "text.h"

namespace inspect {

namespace {

const char *type_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFREG:
      return "file";
    case S_IFDIR:
      return "directory";
    case S_IFLNK:
      return "link";
    case S_IFCHR:
      return "char";
    case S_IFBLK:
      return "block";
    case S_IFIFO:
      return "fifo";
    case S_IFSOCK:
      return "socket";
    default:
      return "unknown";
  }
}

mode_t mode_argument(const Args &args, size_t at, mode_t otherwise) {
  return args.size() > at ? static_cast<mode_t>(strtoul(args[at].c_str(), nullptr, 8)) : otherwise;
}

Result stat_probe(const Args &args) {
  struct stat status{};
  if (lstat(args[0].c_str(), &status) != 0) return failed();
  Json json;
  json.object().field("type", type_of(status.st_mode)).field("mode", format("%04o", status.st_mode & 07777));
  json.field("uid", status.st_uid).field("gid", status.st_gid).field("size", status.st_size);
  json.field("nlink", static_cast<long long>(status.st_nlink))
      .field("inode", static_cast<long long>(status.st_ino));
  json.field("major", major(status.st_rdev)).field("minor", minor(status.st_rdev));
  json.optional("target", read_link(args[0]));
  return done(json.end_object().str());
}

Result statfs_probe(const Args &args) {
  struct statfs status{};
  if (statfs(args[0].c_str(), &status) != 0) return failed();
  Json json;
  json.object().field("magic", format("0x%lx", static_cast<unsigned long>(status.f_type)));
  json.field("bytes", static_cast<long long>(status.f_blocks) * status.f_bsize);
  return done(json.end_object().str());
}

Result read_probe(const Args &args) {
  std::string text;
  if (!read_file(args[0].c_str(), text)) return failed();
  return done(Json().text(text).str());
}

Result write_flags(const Args &args, int flags) {
  int fd = open(args[0].c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | flags, 0644);
  if (fd < 0) return failed();
  bool ok = write_all(fd, args[1]);
  int error = errno;
  close(fd);
  return ok ? done() : Result{error, ""};
}

Result write_probe(const Args &args) { return write_flags(args, O_CREAT | O_TRUNC); }
Result append_probe(const Args &args) { return write_flags(args, O_APPEND); }

Result open_probe(const Args &args) {
  std::string how = args.size() > 1 ? args[1] : "r";
  int flags = how == "rw" ? O_RDWR : how == "w" ? O_WRONLY : O_RDONLY;
  int fd = open(args[0].c_str(), flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (fd < 0) return failed();
  close(fd);
  return done();
}

Result mknod_probe(const Args &args) {
  mode_t type = args[1] == "b" ? S_IFBLK : args[1] == "p" ? S_IFIFO : S_IFCHR;
  unsigned first = args.size() > 2 ? static_cast<unsigned>(atoi(args[2].c_str())) : 0;
  unsigned second = args.size() > 3 ? static_cast<unsigned>(atoi(args[3].c_str())) : 0;
  return mknod(args[0].c_str(), type | 0600, makedev(first, second)) == 0 ? done() : failed();
}

Result mkdir_probe(const Args &args) {
  return mkdir(args[0].c_str(), mode_argument(args, 1, 0777)) == 0 ? done() : failed();
}
Result rmdir_probe(const Args &args) { return rmdir(args[0].c_str()) == 0 ? done() : failed(); }
Result unlink_probe(const Args &args) { return unlink(args[0].c_str()) == 0 ? done() : failed(); }
Result rename_probe(const Args &args) {
  return rename(args[0].c_str(), args[1].c_str()) == 0 ? done() : failed();
}
void wait_microseconds(long microseconds) {
  timespec from, now;
  clock_gettime(CLOCK_MONOTONIC, &from);
  do clock_gettime(CLOCK_MONOTONIC, &now);
  while ((now.tv_sec - from.tv_sec) * 1000000L + (now.tv_nsec - from.tv_nsec) / 1000 < microseconds);
}

// To and fro for a time, as somebody does who wants to be found by a race: busy, since sleeping is too coarse.
Result rename_often_probe(const Args &args) {
  const char *here = args[0].c_str(), *there = args[1].c_str();
  long milliseconds = atol(args[2].c_str()), stay = atol(args[3].c_str()), away = atol(args[4].c_str());
  long count = milliseconds * 1000 / (stay + away + 1);
  for (long i = 0; i < count; i++) {
    wait_microseconds(stay);
    if (rename(here, there) != 0) return failed();
    wait_microseconds(away);
    if (rename(there, here) != 0) return failed();
  }
  return done();
}

Result symlink_probe(const Args &args) {
  return symlink(args[0].c_str(), args[1].c_str()) == 0 ? done() : failed();
}
Result chmod_probe(const Args &args) {
  return chmod(args[0].c_str(), mode_argument(args, 1, 0)) == 0 ? done() : failed();
}
Result chdir_probe(const Args &args) { return chdir(args[0].c_str()) == 0 ? done() : failed(); }

Result chown_probe(const Args &args) {
  uid_t uid = static_cast<uid_t>(strtoul(args[1].c_str(), nullptr, 10));
  gid_t gid = static_cast<gid_t>(strtoul(args[2].c_str(), nullptr, 10));
  return lchown(args[0].c_str(), uid, gid) == 0 ? done() : failed();
}

Result list_probe(const Args &args) {
  DIR *directory = opendir(args[0].c_str());
  if (!directory) return failed();
  std::vector<std::string> names;
  while (dirent *entry = readdir(directory)) {
    std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  closedir(directory);
  std::sort(names.begin(), names.end());
  Json json;
  json.array();
  for (const std::string &name : names) json.text(name);
  return done(json.end_array().str());
}

Result readlink_probe(const Args &args) {
  char buffer[PATH_MAX];
  ssize_t n = readlink(args[0].c_str(), buffer, sizeof buffer);
  return n < 0 ? failed() : done(Json().text(std::string_view(buffer, static_cast<size_t>(n))).str());
}

Result getxattr_probe(const Args &args) {
  char buffer[1024];
  ssize_t n = lgetxattr(args[0].c_str(), args[1].c_str(), buffer, sizeof buffer);
  return n < 0 ? failed() : done(Json().text(std::string_view(buffer, static_cast<size_t>(n))).str());
}

// As with setfattr(1): what begins with 0x is bytes in hexadecimal.
std::string bytes_of(const std::string &text) {
  if (!text.starts_with("0x")) return text;
  std::string out;
  for (size_t at = 2; at + 1 < text.size(); at += 2)
    out.push_back(static_cast<char>(strtoul(text.substr(at, 2).c_str(), nullptr, 16)));
  return out;
}

Result setxattr_probe(const Args &args) {
  std::string value = bytes_of(args[2]);
  bool set = lsetxattr(args[0].c_str(), args[1].c_str(), value.data(), value.size(), 0) == 0;
  return set ? done() : failed();
}

}  // namespace

const Probe kFileProbes[] = {
    {"stat", "PATH", 1, stat_probe},
    {"statfs", "PATH", 1, statfs_probe},
    {"read", "PATH", 1, read_probe},
    {"write", "PATH TEXT", 2, write_probe},
    {"append", "PATH TEXT", 2, append_probe},
    {"open", "PATH [r|w|rw]", 1, open_probe},
    {"mknod", "PATH c|b|p [MAJOR MINOR]", 2, mknod_probe},
    {"mkdir", "PATH [MODE]", 1, mkdir_probe},
    {"rmdir", "PATH", 1, rmdir_probe},
    {"unlink", "PATH", 1, unlink_probe},
    {"rename", "FROM TO", 2, rename_probe},
    {"rename-often", "HERE THERE MILLISECONDS STAY-MICROSECONDS AWAY-MICROSECONDS", 5, rename_often_probe},
    {"symlink", "TARGET PATH", 2, symlink_probe},
    {"chmod", "PATH MODE", 2, chmod_probe},
    {"chown", "PATH UID GID", 3, chown_probe},
    {"chdir", "PATH", 1, chdir_probe},
    {"ls", "PATH", 1, list_probe},
    {"readlink", "PATH", 1, readlink_probe},
    {"getxattr", "PATH NAME", 2, getxattr_probe},
    {"setxattr", "PATH NAME VALUE", 3, setxattr_probe},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace inspect
