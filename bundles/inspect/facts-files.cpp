#include <algorithm>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "facts.h"
#include "text.h"

namespace inspect {

namespace {

std::vector<std::string> names_in(const std::string &path) {
  std::vector<std::string> out;
  DIR *directory = opendir(path.c_str());
  if (!directory) return out;
  while (dirent *entry = readdir(directory)) {
    std::string name = entry->d_name;
    if (name != "." && name != "..") out.push_back(name);
  }
  closedir(directory);
  std::sort(out.begin(), out.end());
  return out;
}

const char *type_of(mode_t mode) {
  if (S_ISCHR(mode)) return "char";
  if (S_ISBLK(mode)) return "block";
  if (S_ISFIFO(mode)) return "fifo";
  if (S_ISLNK(mode)) return "link";
  return nullptr;
}

void devices_below(const std::string &path, int depth, std::vector<Device> &out) {
  for (const std::string &name : names_in(path)) {
    std::string each = path + "/" + name;
    struct stat status{};
    if (lstat(each.c_str(), &status) != 0) continue;
    if (S_ISDIR(status.st_mode) && depth > 0) devices_below(each, depth - 1, out);
    const char *type = type_of(status.st_mode);
    if (!type) continue;
    out.push_back({each, type, read_link(each), major(status.st_rdev), minor(status.st_rdev),
                   static_cast<unsigned>(status.st_mode & 07777), status.st_uid, status.st_gid});
  }
}

}  // namespace

std::vector<Device> device_facts() {
  std::vector<Device> out;
  devices_below("/dev", 2, out);
  return out;
}

std::vector<OpenFile> open_file_facts() {
  std::vector<OpenFile> out;
  for (const std::string &name : names_in("/proc/self/fd")) {
    int fd = atoi(name.c_str());
    int flags = fcntl(fd, F_GETFD);
    if (flags < 0) continue;  // the descriptor of the listing itself
    out.push_back({fd, read_link("/proc/self/fd/" + name), (flags & FD_CLOEXEC) != 0});
  }
  std::sort(out.begin(), out.end(), [](const OpenFile &a, const OpenFile &b) { return a.fd < b.fd; });
  return out;
}

}  // namespace inspect
