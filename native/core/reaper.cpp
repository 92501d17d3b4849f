#include "reaper.h"

#include <cstdint>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "watch.h"

namespace runts::core {
namespace {

// struct pidfd_info of linux/pidfd.h, which may be older than the kernel.
struct Info {
  uint64_t mask = kExit;
  uint64_t cgroup = 0;
  uint32_t ids[11] = {};
  int32_t exit_code = 0;

  static constexpr uint64_t kExit = 1 << 3;  // PIDFD_INFO_EXIT
};
static_assert(sizeof(Info) == 64);  // PIDFD_INFO_SIZE_VER0

constexpr unsigned long kGetInfo = _IOWR(0xFF, 11, Info);  // PIDFD_GET_INFO

// Since Linux 6.15 the end of a process can be asked for by everybody who has a descriptor of it.
std::optional<Ending> ask_ending(const Fd &pidfd) {
  Info info;
  if (ioctl(pidfd.get(), kGetInfo, &info) != 0 || !(info.mask & Info::kExit)) return {};
  int status = info.exit_code;
  if (WIFSIGNALED(status)) return Ending{true, WTERMSIG(status)};
  return Ending{false, WEXITSTATUS(status)};
}

std::optional<Ending> ending_of(const Fd &pidfd) {
  std::optional<Ending> ending = reap(pidfd, 0);
  return ending ? ending : ask_ending(pidfd);
}

}  // namespace

void await_end(Fd pidfd, std::function<void(std::optional<Ending>)> ended) {
  // Short programs have ended by now: nobody has to be woken for them.
  if (std::optional<Ending> ending = reap(pidfd, 0)) return ended(ending);
  Watch watch;
  int error = watch.start(std::move(pidfd), EPOLLIN, [ended](const Fd &fd, uint32_t) {
    ended(ending_of(fd));
    return false;
  });
  watch.leave();
  if (error < 0) ended({});
}

}  // namespace runts::core
