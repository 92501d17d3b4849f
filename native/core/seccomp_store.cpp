#include "seccomp_store.h"

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
uint64_t hash_of(std::string_view bytes) {
  uint64_t hash = bytes.size(), word;
  for (; bytes.size() >= sizeof(word); bytes.remove_prefix(sizeof(word))) {
    memcpy(&word, bytes.data(), sizeof(word));
    hash = mixed(hash, word);
  }
  word = 0;
  bytes.copy(reinterpret_cast<char *>(&word), bytes.size());
  return mixed(hash, word);
}

struct Name {
  explicit Name(const std::string &key) {
    snprintf(text, sizeof(text), "%016lx", static_cast<unsigned long>(hash_of(key)));
  }
  char text[24];
};

bool ours_alone(int fd, mode_t type, struct stat &info) {
  return fstat(fd, &info) == 0 && (info.st_mode & S_IFMT) == type && info.st_uid == geteuid() &&
         !(info.st_mode & (S_IWGRP | S_IWOTH));
}

bool parse(const std::string &content, const std::string &key, Program &program) {
  Header header;
  if (content.size() < sizeof(header)) return false;
  memcpy(&header, content.data(), sizeof(header));
  size_t code = sizeof(sock_filter) * static_cast<size_t>(header.instructions);
  if (header.magic != kMagic || header.key_size != key.size() || header.instructions > kMaxInstructions)
    return false;
  if (content.size() != sizeof(header) + key.size() + code) return false;
  if (content.compare(sizeof(header), key.size(), key) != 0) return false;
  program.resize(header.instructions);
  memcpy(program.data(), content.data() + sizeof(header) + key.size(), code);
  return true;
}

std::string content_of(const std::string &key, const Program &program) {
  Header header{kMagic, static_cast<uint32_t>(key.size()), static_cast<uint32_t>(program.size())};
  std::string content(reinterpret_cast<const char *>(&header), sizeof(header));
  content += key;
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

bool SeccompStore::find(const std::string &key, Program &program) {
  const Fd &dir = directory(false);
  if (!dir) return false;
  Fd file(openat(dir.get(), Name(key).text, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat info;
  if (!file || !ours_alone(file.get(), S_IFREG, info)) return false;
  size_t size = static_cast<size_t>(info.st_size);
  if (size > sizeof(Header) + key.size() + kMaxInstructions * sizeof(sock_filter)) return false;
  std::string content(size, '\0');
  return read(file.get(), content.data(), size) == info.st_size && parse(content, key, program);
}

void SeccompStore::keep(const std::string &key, const Program &program) {
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
