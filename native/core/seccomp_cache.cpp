#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <list>
#include <mutex>
#include <sys/utsname.h>

#include "build_id.h"
#include "memfd.h"
#include "seccomp.h"
#include "seccomp_store.h"

namespace runts::core {
namespace {

constexpr size_t kKeptInMemory = 16;

// What a program depends on beside its profile. What libseccomp finds out of a kernel (its API level) is the same for one
// build of it; to ask takes a dozen system calls.
std::string environment() {
  utsname system{};
  uname(&system);
  return " libseccomp " + seccomp_version() + ' ' + system.release + ' ' + system.version + ' ' + system.machine + '\n';
}

// By the step without its slot, cache and section.
SeccompKey key_of(std::string_view fields) {
  plan::Reader reader(fields.data(), fields.data() + fields.size());
  reader.u32();
  reader.str();
  reader.str();
  return {"runts 3" + environment(), reader.rest()};
}

// By the text of the profile in a config. What the text means, only this very build can be trusted to see as it did when the
// program was kept.
SeccompKey key_of_section(std::string_view section) {
  return {std::string("section ").append(build_id()).append(environment()), section};
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

Status find_or_compile(const plan::SeccompCompile &step, const SeccompKey &key, Program &program) {
  SeccompStore store(step.cache.c_str());
  if (!store.find(key, program)) {
    if (Status status = compile_seccomp(step, program); !status.ok()) return status;
    store.keep(key, program);
  }
  if (!step.section.empty() && !build_id().empty()) store.keep(key_of_section(step.section), program);
  return done();
}

Status seal(const Program &program, Fd &memfd) {
  std::string_view code(reinterpret_cast<const char *>(program.data()), program.size() * sizeof(sock_filter));
  return sealed_memfd("runts-seccomp", code, memfd);
}

}  // namespace

Status seccomp_program(const plan::SeccompCompile &step, std::string_view fields, Fd &memfd) {
  SeccompKey key = key_of(fields);
  memfd = recall(key.whole());
  if (memfd) return done();
  Program program;
  if (Status status = find_or_compile(step, key, program); !status.ok()) return status;
  if (program.size() > kMaxInstructions) {
    return failed(EINVAL, "seccomp_export_bpf()", "the program has more than 4096 instructions");
  }
  if (Status status = seal(program, memfd); !status.ok()) return status;
  remember(key.whole(), memfd);
  return done();
}

Fd program_of_section(const std::string &directory, std::string_view section) {
  Program program;
  Fd memfd;
  bool found = !build_id().empty() && SeccompStore(directory.c_str()).find(key_of_section(section), program);
  return found && seal(program, memfd).ok() ? std::move(memfd) : Fd();
}

}  // namespace runts::core
