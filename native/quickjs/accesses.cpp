#include "accesses.h"

#include <array>
#include <csignal>
#include <cstdlib>
#include <sys/mman.h>
#include <ucontext.h>
#include <utility>

#include "heap.h"

namespace runts::quickjs {
namespace {

// One instruction accesses so many pages at most: two places, each across two.
constexpr size_t kAtOnce = 4;

struct Watch {
  std::span<char> memory;
  Watched watched;
  std::vector<bool> words;
  // The pages that may be accessed though they are watched, the last ones of those that ever were.
  std::array<char *, kAtOnce> open;
  size_t opened;
};
Watch watch;

#ifdef __x86_64__
constexpr bool kStops = true;

// Has the processor stop behind the next instruction, or not.
void set_stop(void *context, bool on) {
  constexpr greg_t kTrap = 0x100;
  greg_t &flags = static_cast<ucontext_t *>(context)->uc_mcontext.gregs[REG_EFL];
  flags = on ? flags | kTrap : flags & ~kTrap;
}
#else
constexpr bool kStops = false;

void set_stop(void *, bool) {}
#endif

void allow(char *page) { mprotect(page, kPage, PROT_READ | PROT_WRITE); }

void forbid(std::span<char> pages) {
  mprotect(pages.data(), pages.size(), watch.watched == Watched::kMost ? PROT_NONE : PROT_READ);
}

void forbid_oldest() {
  if (watch.opened >= kAtOnce) forbid({watch.open[watch.opened % kAtOnce], kPage});
}

// The instruction is done again, and may. Anything else is a fault of ours.
void let_access(int, siginfo_t *info, void *context) {
  auto *address = static_cast<char *>(info->si_addr);
  if (address < watch.memory.data() || address >= watch.memory.data() + watch.memory.size()) abort();
  auto offset = static_cast<size_t>(address - watch.memory.data());
  watch.words[offset / kWord] = true;
  char *page = watch.memory.data() + offset / kPage * kPage;
  allow(page);
  if (watch.watched == Watched::kPages) return;
  if (watch.watched == Watched::kMost) forbid_oldest();
  watch.open[watch.opened++ % kAtOnce] = page;
  if (watch.watched == Watched::kWrites) set_stop(context, true);
}

void stop(int, siginfo_t *, void *context) {
  for (; watch.opened > 0; watch.opened--) forbid({watch.open[watch.opened - 1], kPage});
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

std::vector<bool> words_accessed(std::span<char> memory, Watched watched, const std::function<void()> &play) {
  // The last page may have more on it, to which new blocks go.
  std::span<char> whole = memory.first(memory.size() / kPage * kPage);
  if (watched == Watched::kWrites && !kStops) watched = Watched::kPages;
  watch = {whole, watched, std::vector<bool>(memory.size() / kWord), {}, 0};
  Handler faults(SIGSEGV, let_access), stops(SIGTRAP, stop);
  forbid(whole);
  play();
  mprotect(whole.data(), whole.size(), PROT_READ | PROT_WRITE);
  return std::move(watch.words);
}

}  // namespace runts::quickjs
