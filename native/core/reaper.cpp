#include "reaper.h"

#include <sys/epoll.h>

#include "watch.h"

namespace runts::core {

void await_end(Fd pidfd, std::function<void(std::optional<Ending>)> ended) {
  // Short programs have ended by now: nobody has to be woken for them.
  if (std::optional<Ending> ending = reap(pidfd, 0)) return ended(ending);
  Watch watch;
  int error = watch.start(std::move(pidfd), EPOLLIN, [ended](const Fd &fd, uint32_t) {
    ended(reap(fd, 0));
    return false;
  });
  watch.leave();
  if (error < 0) ended({});
}

}  // namespace runts::core
