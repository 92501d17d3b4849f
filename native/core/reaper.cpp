#include "reaper.h"

#include <sys/epoll.h>

#include "watch.h"

namespace runts::core {

void await_end(Fd pidfd, std::function<void(std::optional<Ending>)> ended) {
  Watch watch;
  int error = watch.start(std::move(pidfd), EPOLLIN, [ended](const Fd &fd, uint32_t) {
    ended(reap(fd, 0));
    return false;
  });
  watch.leave();
  if (error < 0) ended({});
}

}  // namespace runts::core
