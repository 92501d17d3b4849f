#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <list>
#include <mutex>
#include <seccomp.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "files.h"
#include "memfd.h"
#include "seccomp.h"

namespace runts::core {
namespace {

constexpr size_t kKeptInMemory = 16;
constexpr uint32_t kCacheMagic = 0x31505352;
// Above BPF_MAXINSNS the kernel would refuse the program.
constexpr uint32_t kMaxInstructions = 4096;

// A cache file: this header, the whole key, the program. The key is compared byte by byte: its hash only
// names the file.
struct Header {
  uint32_t magic;
  uint32_t key_size;
  uint32_t instructions;
};

// Of eight bytes at a time, as a key is long.
uint64_t hash_of(std::string_view bytes) {
  uint64_t hash = bytes.size();
  for (size_t at = 0; at < bytes.size(); at += sizeof(hash)) {
    uint64_t word = 0;
    memcpy(&word, bytes.data() + at, std::min(sizeof(word), bytes.size() - at));
    hash = (hash ^ word) * 0x9e3779b97f4a7c15;
    hash ^= hash >> 32;
  }
  return hash;
}

// All that the program depends on: library, kernel, machine, and the step without its slot and cache. What libseccomp
// finds out of a kernel (its API level) is the same for one build of it; to ask takes a dozen system calls.
std::string key_of(std::string_view fields) {
  utsname system{};
  uname(&system);
  std::string key = "runts 3 libseccomp " + seccomp_version() + ' ' + system.release + ' ' + system.version +
                    ' ' + system.machine + '\n';
  plan::Reader reader(fields.data(), fields.data() + fields.size());
  reader.u32();
  reader.str();
  return key.append(reader.rest());
}

bool ours_alone(int fd, mode_t type, struct stat &info) {
  return fstat(fd, &info) == 0 && (info.st_mode & S_IFMT) == type && info.st_uid == geteuid() &&
         !(info.st_mode & (S_IWGRP | S_IWOTH));
}

// The cache directory, made if missing; none where it is not ours alone. A cache may fail silently: it only
// saves time.
Fd open_directory(const plan::Str &path) {
  if (path.empty()) return Fd();
  auto try_open = [&] { return open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW); };
  Fd dir(try_open());
  if (!dir && errno == ENOENT && (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST)) dir.reset(try_open());
  struct stat info;
  return dir && ours_alone(dir.get(), S_IFDIR, info) ? std::move(dir) : Fd();
}

bool parse(const std::string &content, const std::string &key, Program &program) {
  Header header;
  if (content.size() < sizeof(header)) return false;
  memcpy(&header, content.data(), sizeof(header));
  size_t code = sizeof(sock_filter) * static_cast<size_t>(header.instructions);
  if (header.magic != kCacheMagic || header.key_size != key.size() || header.instructions > kMaxInstructions)
    return false;
  if (content.size() != sizeof(header) + key.size() + code) return false;
  if (content.compare(sizeof(header), key.size(), key) != 0) return false;
  program.resize(header.instructions);
  memcpy(program.data(), content.data() + sizeof(header) + key.size(), code);
  return true;
}

bool load(int dir, const char *name, const std::string &key, Program &program) {
  Fd file(openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat info;
  if (!file || !ours_alone(file.get(), S_IFREG, info)) return false;
  size_t size = static_cast<size_t>(info.st_size);
  if (size > sizeof(Header) + key.size() + kMaxInstructions * sizeof(sock_filter)) return false;
  std::string content(size, '\0');
  return read(file.get(), content.data(), size) == info.st_size && parse(content, key, program);
}

void save(int dir, const char *name, const std::string &key, const Program &program) {
  Header header{kCacheMagic, static_cast<uint32_t>(key.size()), static_cast<uint32_t>(program.size())};
  std::string content(reinterpret_cast<const char *>(&header), sizeof(header));
  content += key;
  content.append(reinterpret_cast<const char *>(program.data()), program.size() * sizeof(sock_filter));
  char temporary[64];
  snprintf(temporary, sizeof(temporary), ".%s.%d.%lx", name, static_cast<int>(gettid()), random());
  Fd file(openat(dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return;
  bool written = write_all(file.get(), content) == 0;
  if (!written || renameat(dir, temporary, dir, name) != 0) unlinkat(dir, temporary, 0);
}

// Programs loaded before, sealed: many containers may have the same memory. The last used first.
struct Memory {
  std::mutex mutex;
  std::list<std::pair<std::string, Fd>> programs;
};
Memory &memory() {
  static Memory *instance = new Memory;
  return *instance;
}

Fd copy_of(const Fd &fd) { return Fd(fcntl(fd.get(), F_DUPFD_CLOEXEC, 3)); }

Fd recall(const std::string &key) {
  Memory &kept = memory();
  std::lock_guard lock(kept.mutex);
  auto same = [&](const auto &entry) { return entry.first == key; };
  auto at = std::find_if(kept.programs.begin(), kept.programs.end(), same);
  if (at == kept.programs.end()) return Fd();
  kept.programs.splice(kept.programs.begin(), kept.programs, at);
  return copy_of(at->second);
}

void remember(std::string key, const Fd &memfd) {
  Memory &kept = memory();
  std::lock_guard lock(kept.mutex);
  kept.programs.emplace_front(std::move(key), copy_of(memfd));
  if (kept.programs.size() > kKeptInMemory) kept.programs.pop_back();
}

Status find_or_compile(const plan::SeccompCompile &step, const std::string &key, Program &program) {
  char name[24];
  snprintf(name, sizeof(name), "%016lx", static_cast<unsigned long>(hash_of(key)));
  Fd dir = open_directory(step.cache);
  if (dir && load(dir.get(), name, key, program)) return done();
  if (Status status = compile_seccomp(step, program); !status.ok()) return status;
  if (dir) save(dir.get(), name, key, program);
  return done();
}

}  // namespace

Status seccomp_program(const plan::SeccompCompile &step, std::string_view fields, Fd &memfd) {
  std::string key = key_of(fields);
  memfd = recall(key);
  if (memfd) return done();
  Program program;
  if (Status status = find_or_compile(step, key, program); !status.ok()) return status;
  if (program.size() > kMaxInstructions) {
    return failed(EINVAL, "seccomp_export_bpf()", "the program has more than 4096 instructions");
  }
  std::string_view code(reinterpret_cast<const char *>(program.data()), program.size() * sizeof(sock_filter));
  if (Status status = sealed_memfd("runts-seccomp", code, memfd); !status.ok()) return status;
  remember(std::move(key), memfd);
  return done();
}

}  // namespace runts::core
