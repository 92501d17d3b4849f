// Programs kept in a directory that is the runtime's alone, each in a file together with its key.
#pragma once
#include <string>

#include "seccomp.h"

namespace runts::core {

// Above BPF_MAXINSNS the kernel would refuse the program.
inline constexpr uint32_t kMaxInstructions = 4096;

// What a program belongs to, in two pieces, as the second is long and lies somewhere already.
struct SeccompKey {
  std::string head;
  std::string_view rest;
  size_t size() const { return head.size() + rest.size(); }
  std::string whole() const { return std::string(head).append(rest); }
};

// It only saves time, and so fails silently. An empty path is no store.
class SeccompStore {
 public:
  explicit SeccompStore(const char *path) : path_(path) {}
  // By the whole key, byte for byte.
  bool find(const SeccompKey &key, Program &program);
  // The directory is made if it is missing.
  void keep(const SeccompKey &key, const Program &program);

 private:
  const Fd &directory(bool make);

  const char *path_;
  Fd directory_;
};

}  // namespace runts::core
