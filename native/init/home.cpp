#include "home.h"

#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "cut.h"
#include "paths.h"

namespace runts::init {
namespace {

constexpr size_t kMostBytes = 1 << 20;
constexpr std::string_view kPrefix = "HOME=";
constexpr char kUnknown[] = "HOME=/";
// Filled when it is asked for: a program without initial data has a page less to be written and mapped.
char variable[kPrefix.size() + PATH_MAX];

bool is_number(std::string_view text, uint32_t number) {
  uint64_t value = 0;
  if (text.empty() || text.size() > 10) return false;
  for (char c : text) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  return value == number;
}

// name:password:uid:gid:comment:home:shell
std::string_view find_home(std::string_view passwd, uint32_t uid) {
  while (!passwd.empty()) {
    std::string_view line = cut(passwd, '\n');
    cut(line, ':');
    cut(line, ':');
    if (!is_number(cut(line, ':'), uid)) continue;
    cut(line, ':');
    cut(line, ':');
    return cut(line, ':');
  }
  return {};
}

}  // namespace

const char *home_variable(Context &context, uint32_t uid) {
  if (context.home) return context.home;
  memcpy(variable, kUnknown, sizeof(kUnknown));
  context.home = variable;
  Fd file;
  constexpr char kPath[] = "/etc/passwd";
  Result opened =
      open_in_root(context, plan::Str(kPath, sizeof(kPath) - 1), O_RDONLY | O_NONBLOCK | O_NOCTTY, file);
  struct stat status;
  if (opened.failed() || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return variable;
  void *memory =
      mmap(nullptr, kMostBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return variable;
  auto *text = static_cast<char *>(memory);
  size_t size = 0;
  while (size < kMostBytes) {
    ssize_t got = read(file.get(), text + size, kMostBytes - size);
    if (got <= 0) break;
    size += static_cast<size_t>(got);
  }
  std::string_view home = find_home(std::string_view(text, size), uid);
  if (!home.empty() && home.size() < PATH_MAX) {
    memcpy(variable + kPrefix.size(), home.data(), home.size());
    variable[kPrefix.size() + home.size()] = 0;
  }
  munmap(memory, kMostBytes);
  return variable;
}

}  // namespace runts::init
