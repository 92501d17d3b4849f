#include "files.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "../sys/syscalls.h"

namespace runts::core {
namespace {

// Bytes that are read at a time, at least and at most.
constexpr size_t kPart = 4096;
constexpr size_t kMostPart = size_t{1} << 20;

}  // namespace

int open_at(int dir, const char *name, int flags, unsigned mode) {
  int fd;
  do fd = openat(dir, name, flags | O_CLOEXEC, mode);
  while (fd < 0 && errno == EINTR);
  return fd < 0 ? -errno : fd;
}

int read_all(int fd, std::string &out, size_t limit) {
  // Files of procfs and cgroupfs say that they have no size.
  struct stat status{};
  fstat(fd, &status);
  size_t part = std::clamp<size_t>(static_cast<size_t>(status.st_size) + 1, kPart, kMostPart);
  // The last read, which finds the end, goes to what the one before has left of the room.
  for (size_t used = out.size();;) {
    if (used >= limit) return -EFBIG;
    if (used == out.size()) out.resize(used + part);
    ssize_t got = read(fd, out.data() + used, out.size() - used);
    if (got > 0) used += static_cast<size_t>(got);
    if (got > 0 || (got < 0 && errno == EINTR)) continue;
    int error = got < 0 ? -errno : 0;
    out.resize(used);
    return error;
  }
}

int read_file_at(int dir, const char *name, std::string &out) {
  int fd = open_at(dir, name, O_RDONLY | O_NOFOLLOW);
  if (fd < 0) return fd;
  Fd file(fd);
  out.clear();
  return read_all(fd, out);
}

int write_file_at(int dir, const char *name, std::string_view value) {
  int fd = open_at(dir, name, O_WRONLY | O_NOFOLLOW);
  if (fd < 0) return fd;
  Fd file(fd);
  ssize_t sent;
  do sent = write(fd, value.data(), value.size());
  while (sent < 0 && errno == EINTR);
  if (sent < 0) return -errno;
  return static_cast<size_t>(sent) == value.size() ? 0 : -EIO;
}

int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = write(fd, bytes.data(), bytes.size());
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return -errno;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return 0;
}

long file_system_of(int fd) {
  struct statfs info;
  return fstatfs(fd, &info) == 0 ? static_cast<long>(info.f_type) : 0;
}

int open_process_directory(int pid) {
  char path[32];
  snprintf(path, sizeof(path), "/proc/%d", pid);
  int fd = open_at(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
  if (fd < 0) return fd;
  if (file_system_of(fd) == sys::kProcMagic) return fd;
  close(fd);
  return -EXDEV;
}

std::optional<uint64_t> start_time_of(int process_directory) {
  std::string text;
  if (read_file_at(process_directory, "stat", text) < 0) return {};
  // The name of the program (field 2) stands in brackets and may hold anything; field 3 follows the last
  // bracket.
  size_t at = text.rfind(')');
  if (at == text.npos) return {};
  at++;
  for (int field = 3; field <= 22; field++) {
    at = text.find(' ', at);
    if (at == text.npos) return {};
    at++;
  }
  uint64_t ticks = 0;
  auto result = std::from_chars(text.data() + at, text.data() + text.size(), ticks);
  if (result.ec != std::errc()) return {};
  return ticks;
}

std::optional<uint64_t> keyed_number(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ' ') continue;
    uint64_t value = 0;
    auto result = std::from_chars(line.data() + key.size() + 1, line.data() + line.size(), value);
    if (result.ec != std::errc()) return {};
    return value;
  }
  return {};
}

}  // namespace runts::core
