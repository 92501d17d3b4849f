#include "seccomp_store.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"

namespace runts::core {
namespace {

constexpr uint32_t kMagic = 0x31505352;

// A file: this header, the whole key, the program. The hash of the key only names the file.
struct Header {
  uint32_t magic;
  uint32_t key_size;
  uint32_t instructions;
};

uint64_t mixed(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * 0x9e3779b97f4a7c15;
  return hash ^ hash >> 32;
}

// Of eight bytes at a time, as a key is long.
uint64_t hash_of(std::string_view bytes, uint64_t hash) {
  uint64_t word;
  for (; bytes.size() >= sizeof(word); bytes.remove_prefix(sizeof(word))) {
    memcpy(&word, bytes.data(), sizeof(word));
    hash = mixed(hash, word);
  }
  word = 0;
  bytes.copy(reinterpret_cast<char *>(&word), bytes.size());
  return mixed(hash, word);
}

struct Name {
  explicit Name(const SeccompKey &key) {
    uint64_t hash = hash_of(key.rest, hash_of(key.head, key.size()));
    for (size_t digit = 0; digit < kDigits; digit++) text[digit] = "0123456789abcdef"[hash >> 4 * digit & 15];
  }
  static constexpr size_t kDigits = 16;
  char text[kDigits + 1] = {};
};

bool ours_alone(int fd, mode_t type, struct stat &info) {
  return fstat(fd, &info) == 0 && (info.st_mode & S_IFMT) == type && info.st_uid == geteuid() &&
         !(info.st_mode & (S_IWGRP | S_IWOTH));
}

bool read_whole(int file, void *bytes, size_t size) { return read(file, bytes, size) == static_cast<ssize_t>(size); }

// In parts: a key that is kept somewhere as a whole would cost more for its memory than for its bytes.
bool goes_on_with(int file, std::string_view bytes) {
  char part[4096];
  while (!bytes.empty()) {
    size_t size = std::min(bytes.size(), sizeof(part));
    if (!read_whole(file, part, size) || memcmp(part, bytes.data(), size) != 0) return false;
    bytes.remove_prefix(size);
  }
  return true;
}

bool read_program(int file, size_t size, const SeccompKey &key, Program &program) {
  Header header;
  if (!read_whole(file, &header, sizeof(header)) || header.magic != kMagic) return false;
  if (header.key_size != key.size() || header.instructions > kMaxInstructions) return false;
  size_t code = sizeof(sock_filter) * static_cast<size_t>(header.instructions);
  if (size != sizeof(header) + header.key_size + code) return false;
  if (!goes_on_with(file, key.head) || !goes_on_with(file, key.rest)) return false;
  program.resize(header.instructions);
  return read_whole(file, program.data(), code);
}

std::string content_of(const SeccompKey &key, const Program &program) {
  Header header{kMagic, static_cast<uint32_t>(key.size()), static_cast<uint32_t>(program.size())};
  std::string content(reinterpret_cast<const char *>(&header), sizeof(header));
  content.append(key.head).append(key.rest);
  return content.append(reinterpret_cast<const char *>(program.data()), program.size() * sizeof(sock_filter));
}

}  // namespace

// None where it is not ours alone.
const Fd &SeccompStore::directory(bool make) {
  if (directory_ || !*path_) return directory_;
  auto try_open = [&] { return open(path_, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW); };
  Fd dir(try_open());
  if (!dir && make && errno == ENOENT && (mkdir(path_, 0700) == 0 || errno == EEXIST)) dir.reset(try_open());
  struct stat info;
  if (dir && ours_alone(dir.get(), S_IFDIR, info)) directory_ = std::move(dir);
  return directory_;
}

bool SeccompStore::find(const SeccompKey &key, Program &program) {
  const Fd &dir = directory(false);
  if (!dir) return false;
  Fd file(openat(dir.get(), Name(key).text, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat info;
  if (!file || !ours_alone(file.get(), S_IFREG, info)) return false;
  return read_program(file.get(), static_cast<size_t>(info.st_size), key, program);
}

void SeccompStore::keep(const SeccompKey &key, const Program &program) {
  const Fd &dir = directory(true);
  if (!dir) return;
  Name name(key);
  char temporary[64];
  snprintf(temporary, sizeof(temporary), ".%s.%d.%lx", name.text, static_cast<int>(gettid()), random());
  Fd file(openat(dir.get(), temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return;
  bool written = write_all(file.get(), content_of(key, program)) == 0;
  if (!written || renameat(dir.get(), temporary, dir.get(), name.text) != 0) unlinkat(dir.get(), temporary, 0);
}

}  // namespace runts::core
