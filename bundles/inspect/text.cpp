#include "text.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace inspect {

bool read_file(const char *path, std::string &out) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return false;
  char buffer[4096];
  ssize_t n;
  while ((n = read(fd, buffer, sizeof buffer)) > 0) out.append(buffer, static_cast<size_t>(n));
  int error = n < 0 ? errno : 0;
  close(fd);
  errno = error;
  return n == 0;
}

std::string first_line(const char *path) {
  std::string text;
  if (!read_file(path, text)) return "";
  return text.substr(0, text.find('\n'));
}

std::string read_link(const std::string &path) {
  char buffer[4096];
  ssize_t n = readlink(path.c_str(), buffer, sizeof buffer);
  return n < 0 ? "" : std::string(buffer, static_cast<size_t>(n));
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> parts;
  while (true) {
    size_t start = text.find_first_not_of(" \t\n");
    if (start == std::string_view::npos) return parts;
    text.remove_prefix(start);
    size_t end = text.find_first_of(" \t\n");
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end);
  }
}

std::string join(const std::vector<std::string> &parts, std::string_view separator) {
  std::string out;
  for (const std::string &part : parts) {
    if (!out.empty()) out += separator;
    out += part;
  }
  return out;
}

std::vector<std::string> split_nul(std::string_view text) {
  if (!text.empty() && text.back() == '\0') text.remove_suffix(1);
  return text.empty() ? std::vector<std::string>{} : split(text, '\0');
}

std::string format(const char *pattern, ...) {
  va_list args;
  va_start(args, pattern);
  char buffer[1024];
  int n = vsnprintf(buffer, sizeof buffer, pattern, args);
  va_end(args);
  return std::string(buffer, n < 0 ? 0 : std::min(static_cast<size_t>(n), sizeof buffer - 1));
}

std::string error_name(int number) {
  const char *name = strerrorname_np(number);
  return name ? name : format("E%d", number);
}

std::string signal_name(int number) {
  const char *name = sigabbrev_np(number);
  return name ? format("SIG%s", name) : format("SIG%d", number);
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    text.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

}  // namespace inspect
