#include "accesses.h"

#include <csignal>
#include <cstdlib>
#include <sys/mman.h>
#include <utility>

#include "heap.h"

namespace runts::quickjs {
namespace {

struct Watch {
  std::span<char> memory;
  std::vector<size_t> accesses;
};
Watch watch;

// The instruction is done again, and may. Anything else is a fault of ours.
void let_access(int, siginfo_t *info, void *) {
  auto *address = static_cast<char *>(info->si_addr);
  if (address < watch.memory.data() || address >= watch.memory.data() + watch.memory.size()) abort();
  auto offset = static_cast<size_t>(address - watch.memory.data());
  watch.accesses.push_back(offset);
  mprotect(watch.memory.data() + offset / kPage * kPage, kPage, PROT_READ | PROT_WRITE);
}

// What a signal is answered with, until it is put back.
class Handler {
 public:
  Handler(int signal, void (*answer)(int, siginfo_t *, void *)) : signal_(signal) {
    struct sigaction action{};
    action.sa_sigaction = answer;
    action.sa_flags = SA_SIGINFO;
    sigaction(signal, &action, &before_);
  }
  Handler(const Handler &) = delete;
  ~Handler() { sigaction(signal_, &before_, nullptr); }

 private:
  int signal_;
  struct sigaction before_{};
};

}  // namespace

std::vector<size_t> first_accesses(std::span<char> memory, Access access, const std::function<void()> &play) {
  // The last page may have more on it, to which new blocks go.
  std::span<char> whole = memory.first(memory.size() / kPage * kPage);
  watch = {whole, {}};
  // The handler allocates nothing.
  watch.accesses.reserve(whole.size() / kPage);
  Handler faults(SIGSEGV, let_access);
  mprotect(whole.data(), whole.size(), access == Access::kAny ? PROT_NONE : PROT_READ);
  play();
  mprotect(whole.data(), whole.size(), PROT_READ | PROT_WRITE);
  return std::move(watch.accesses);
}

}  // namespace runts::quickjs
