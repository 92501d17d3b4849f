#include "helper.h"

#include <mutex>

#include "memfd.h"

// helper.S
extern "C" const char runts_helper_begin[];
extern "C" const char runts_helper_end[];

namespace runts::core {

Status helper_memfd(int &fd) {
  static std::mutex *mutex = new std::mutex;
  static Fd *kept = new Fd;
  std::lock_guard lock(*mutex);
  if (!*kept) {
    std::string_view program(runts_helper_begin, static_cast<size_t>(runts_helper_end - runts_helper_begin));
    if (Status status = sealed_executable("runts-init", program, *kept); !status.ok()) return status;
  }
  fd = kept->get();
  return done();
}

}  // namespace runts::core
