#include "watch.h"

#include <cerrno>
#include <memory>
#include <mutex>
#include <pthread.h>
#include <sys/epoll.h>
#include <unordered_map>

#include "own_thread.h"

namespace runts::core {
namespace {

struct Watched {
  Fd fd;
  Happened happened;
};

struct Watching {
  std::mutex mutex;
  // Made with the thread, at the first use.
  Fd epoll;
  uint64_t last = 0;
  // A number is never used again: what the kernel still tells of one that is gone means nothing.
  std::unordered_map<uint64_t, std::shared_ptr<Watched>> all;
};

// Never destroyed: the thread outlives the end of main.
Watching &watching() {
  static Watching *instance = new Watching;
  return *instance;
}

std::shared_ptr<Watched> find(uint64_t number) {
  std::lock_guard lock(watching().mutex);
  auto found = watching().all.find(number);
  return found == watching().all.end() ? nullptr : found->second;
}

// What it leaves behind ends after the lock is free again, for it may stop others.
void forget(uint64_t number) {
  std::shared_ptr<Watched> gone;
  std::lock_guard lock(watching().mutex);
  auto found = watching().all.find(number);
  if (found == watching().all.end()) return;
  gone = std::move(found->second);
  watching().all.erase(found);
  epoll_ctl(watching().epoll.get(), EPOLL_CTL_DEL, gone->fd.get(), nullptr);
}

void tell(const epoll_event &event) {
  std::shared_ptr<Watched> watched = find(event.data.u64);
  if (watched && !watched->happened(watched->fd, event.events)) forget(event.data.u64);
}

[[noreturn]] void serve(int epoll) {
  pthread_setname_np(pthread_self(), "runts-watch");
  for (;;) {
    epoll_event events[16];
    int count = epoll_wait(epoll, events, 16, -1);
    for (int i = 0; i < count; i++) tell(events[i]);
  }
}

int start_serving(Watching &all) {
  if (all.epoll) return 0;
  Fd epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return -errno;
  if (int error = start_thread([fd = epoll.get()] { serve(fd); }); error < 0) return error;
  all.epoll = std::move(epoll);
  return 0;
}

}  // namespace

int Watch::start(Fd fd, uint32_t events, Happened happened) {
  stop();
  Watching &all = watching();
  auto watched = std::make_shared<Watched>(Watched{std::move(fd), std::move(happened)});
  std::lock_guard lock(all.mutex);
  if (int error = start_serving(all); error < 0) return error;
  uint64_t number = ++all.last;
  epoll_event event{};
  event.events = events;
  event.data.u64 = number;
  if (epoll_ctl(all.epoll.get(), EPOLL_CTL_ADD, watched->fd.get(), &event) != 0) return -errno;
  all.all.emplace(number, std::move(watched));
  number_ = number;
  return 0;
}

void Watch::stop() {
  if (number_ != 0) forget(std::exchange(number_, 0));
}

}  // namespace runts::core
