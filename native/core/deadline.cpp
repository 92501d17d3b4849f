#include "deadline.h"

#include <algorithm>
#include <cerrno>
#include <poll.h>
#include <unistd.h>

namespace runts::core {

int milliseconds_left(Clock::time_point deadline) {
  auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return left < 0 ? 0 : static_cast<int>(left);
}

int await_events(int fd, short events, Clock::time_point deadline) {
  pollfd wait{fd, events, 0};
  int ready;
  do ready = poll(&wait, 1, milliseconds_left(deadline));
  while (ready < 0 && errno == EINTR);
  return ready < 0 ? -errno : ready;
}

bool read_until(int fd, std::string &out, size_t most, Clock::time_point deadline) {
  char part[4096];
  while (await_events(fd, POLLIN, deadline) > 0) {
    ssize_t got = read(fd, part, sizeof(part));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got == 0;
    size_t room = most - std::min(most, out.size());
    out.append(part, std::min(room, static_cast<size_t>(got)));
  }
  return false;
}

}  // namespace runts::core
