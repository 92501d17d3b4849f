// One thread a process that waits on descriptors: for ends of processes, changes of a cgroup's files, pressure and moments.
#pragma once
#include <cstdint>
#include <functional>
#include <utility>

#include "../sys/fd.h"

namespace runts::core {

// Called on the watch's thread with the events of epoll(7) that are there. False: it is enough.
using Happened = std::function<bool(const Fd &fd, uint32_t events)>;

// A descriptor that is watched for as long as this lives. A call that has begun by its end goes on.
class Watch {
 public:
  Watch() = default;
  Watch(Watch &&other) noexcept : number_(std::exchange(other.number_, 0)) {}
  Watch &operator=(Watch &&other) noexcept {
    if (this != &other) {
      stop();
      number_ = std::exchange(other.number_, 0);
    }
    return *this;
  }
  ~Watch() { stop(); }

  // Takes a descriptor, and waits for events of epoll_ctl(2) on it; 0, or -errno.
  int start(Fd fd, uint32_t events, Happened happened);
  void stop();
  // It goes on until it is enough.
  void leave() { number_ = 0; }

 private:
  uint64_t number_ = 0;
};

}  // namespace runts::core
