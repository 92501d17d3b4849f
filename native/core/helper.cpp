#include "helper.h"

#include <mutex>

#include "memfd.h"

// helper.S
extern "C" const char runts_helper_begin[], runts_helper_end[];
extern "C" const char runts_probe_begin[], runts_probe_end[];

namespace runts::core {
namespace {

struct Program {
  const char *name;
  const char *begin, *end;
  std::mutex mutex;
  Fd kept;
};

Status memfd_of(Program &program, int &fd) {
  std::lock_guard lock(program.mutex);
  if (!program.kept) {
    std::string_view bytes(program.begin, static_cast<size_t>(program.end - program.begin));
    if (Status status = sealed_executable(program.name, bytes, program.kept); !status.ok()) return status;
  }
  fd = program.kept.get();
  return done();
}

}  // namespace

Status helper_memfd(int &fd) {
  static Program *helper = new Program{"runts-init", runts_helper_begin, runts_helper_end, {}, {}};
  return memfd_of(*helper, fd);
}

Status probe_memfd(int &fd) {
  static Program *probe = new Program{"runts-probe", runts_probe_begin, runts_probe_end, {}, {}};
  return memfd_of(*probe, fd);
}

}  // namespace runts::core
