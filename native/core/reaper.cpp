#include "reaper.h"

#include <csignal>
#include <mutex>
#include <sys/epoll.h>
#include <thread>

namespace runts::core {
namespace {

struct Watched {
  Fd pidfd;
  std::function<void(std::optional<Ending>)> ended;
};

[[noreturn]] void serve(int epoll) {
  for (;;) {
    epoll_event events[16];
    int count = epoll_wait(epoll, events, 16, -1);
    for (int i = 0; i < count; i++) {
      auto *watched = static_cast<Watched *>(events[i].data.ptr);
      epoll_ctl(epoll, EPOLL_CTL_DEL, watched->pidfd.get(), nullptr);
      watched->ended(reap(watched->pidfd, 0));
      delete watched;
    }
  }
}

int start() {
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) return epoll;
  sigset_t every, before;
  sigfillset(&every);
  pthread_sigmask(SIG_SETMASK, &every, &before);
  std::thread([epoll] { serve(epoll); }).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return epoll;
}

}  // namespace

void watch(Fd pidfd, std::function<void(std::optional<Ending>)> ended) {
  static const int epoll = start();
  auto *watched = new Watched{std::move(pidfd), std::move(ended)};
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = watched;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, watched->pidfd.get(), &event) == 0) return;
  watched->ended({});
  delete watched;
}

}  // namespace runts::core
