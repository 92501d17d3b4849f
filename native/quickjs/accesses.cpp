#include "accesses.h"

#include <array>
#include <csignal>
#include <cstdlib>
#include <sys/mman.h>
#include <ucontext.h>

#include "heap.h"

namespace runts::quickjs {
namespace {

struct Watch {
  std::span<char> memory;
  Accesses accesses;
  // Of pages that may not be accessed.
  int protection;
  // Pages that the instruction under way may access: some data lie across two, some instructions access two places.
  std::array<char *, 8> open;
  size_t opened;
};
Watch watch;

#ifdef __x86_64__
constexpr bool kStops = true;

void set_stop(void *context, bool on) {
  constexpr greg_t kTrap = 0x100;
  greg_t &flags = static_cast<ucontext_t *>(context)->uc_mcontext.gregs[REG_EFL];
  flags = on ? flags | kTrap : flags & ~kTrap;
}

bool is_write(void *context) {
  constexpr greg_t kWrite = 2;
  return (static_cast<ucontext_t *>(context)->uc_mcontext.gregs[REG_ERR] & kWrite) != 0;
}
#else
constexpr bool kStops = false;

void set_stop(void *, bool) {}
bool is_write(void *) { return true; }
#endif

// The instruction is done again, and may. Anything else is a fault of ours.
void let_access(int, siginfo_t *info, void *context) {
  auto *address = static_cast<char *>(info->si_addr);
  if (address < watch.memory.data() || address >= watch.memory.data() + watch.memory.size()) abort();
  auto offset = static_cast<size_t>(address - watch.memory.data());
  (is_write(context) ? watch.accesses.written : watch.accesses.read)[offset / kWord] = true;
  char *page = watch.memory.data() + offset / kPage * kPage;
  mprotect(page, kPage, PROT_READ | PROT_WRITE);
  if (!kStops) return;
  set_stop(context, true);
  if (watch.opened == watch.open.size()) abort();
  watch.open[watch.opened++] = page;
}

void close_pages(int, siginfo_t *, void *context) {
  for (size_t i = 0; i < watch.opened; i++) mprotect(watch.open[i], kPage, watch.protection);
  watch.opened = 0;
  set_stop(context, false);
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

Accesses watch_accesses(std::span<char> memory, Watched watched, const std::function<void()> &play) {
  // The last page may have more on it, to which new blocks go.
  std::span<char> whole = memory.first(memory.size() / kPage * kPage);
  std::vector<bool> none(memory.size() / kWord);
  bool all = kStops && watched == Watched::kAll;
  watch = {whole, {none, all ? none : std::vector<bool>()}, all ? PROT_NONE : PROT_READ, {}, 0};
  Handler faults(SIGSEGV, let_access), steps(SIGTRAP, close_pages);
  mprotect(whole.data(), whole.size(), watch.protection);
  play();
  mprotect(whole.data(), whole.size(), PROT_READ | PROT_WRITE);
  return std::move(watch.accesses);
}

}  // namespace runts::quickjs
