#include "rehearsal.h"

#include <csignal>
#include <cstdlib>
#include <sys/mman.h>

#include "image.h"

namespace runts::quickjs {
namespace {

std::span<char> watched;
std::vector<bool> *written;

// A page is written to for the first time: from now on it may be. Anything else is a fault of ours.
void note_write(int, siginfo_t *info, void *) {
  auto *address = static_cast<char *>(info->si_addr);
  if (address < watched.data() || address >= watched.data() + watched.size()) abort();
  size_t page = static_cast<size_t>(address - watched.data()) / kPage;
  (*written)[page] = true;
  mprotect(watched.data() + page * kPage, kPage, PROT_READ | PROT_WRITE);
}

}  // namespace

std::vector<bool> pages_written(std::span<char> memory, const std::function<void()> &play) {
  // The last page may have more on it, to which new blocks go.
  watched = memory.first(memory.size() / kPage * kPage);
  std::vector<bool> pages(watched.size() / kPage);
  written = &pages;
  struct sigaction action{}, before{};
  action.sa_sigaction = note_write;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  sigaction(SIGSEGV, &action, &before);
  mprotect(watched.data(), watched.size(), PROT_READ);
  play();
  mprotect(watched.data(), watched.size(), PROT_READ | PROT_WRITE);
  sigaction(SIGSEGV, &before, nullptr);
  return pages;
}

}  // namespace runts::quickjs
