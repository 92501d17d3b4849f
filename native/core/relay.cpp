#include "relay.h"

#include <cerrno>
#include <fcntl.h>
#include <mutex>
#include <optional>
#include <poll.h>
#include <string>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "files.h"

namespace runts::core {
namespace {

constexpr size_t kBuffer = 32 << 10;

struct Saved {
  std::mutex mutex;
  int terminal = -1;
  std::optional<termios> mode;
};
Saved &saved() {
  static Saved *instance = new Saved;
  return *instance;
}

void make_raw(int terminal) {
  Saved &kept = saved();
  std::lock_guard lock(kept.mutex);
  termios mode;
  if (kept.mode || tcgetattr(terminal, &mode) != 0) return;
  kept.terminal = terminal;
  kept.mode = mode;
  cfmakeraw(&mode);
  // The container's terminal leaves line ends alone, see the console step of init.
  mode.c_oflag |= OPOST;
  tcsetattr(terminal, TCSANOW, &mode);
}

// False where the source has ended: EIO of a master whose last slave is closed is that too.
bool read_some(int fd, std::string &out) {
  char buffer[kBuffer];
  ssize_t got = read(fd, buffer, sizeof(buffer));
  if (got > 0) out.append(buffer, static_cast<size_t>(got));
  return got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN));
}

// Takes from the front what a descriptor accepts without blocking.
bool write_some(int fd, std::string &pending) {
  ssize_t sent = write(fd, pending.data(), pending.size());
  if (sent > 0) pending.erase(0, static_cast<size_t>(sent));
  return sent >= 0 || errno == EINTR || errno == EAGAIN;
}

// Neither side can stall the other: what the program does not read yet waits here, and then input is not read
// further.
int pump(int input, int output, int master) {
  std::string to_master, to_output;
  bool input_open = true;
  for (;;) {
    bool read_input = input_open && to_master.size() < kBuffer;
    auto master_events = static_cast<short>(POLLIN | (to_master.empty() ? 0 : POLLOUT));
    pollfd wait[] = {{read_input ? input : -1, POLLIN, 0}, {master, master_events, 0}};
    if (poll(wait, 2, -1) < 0 && errno != EINTR) return -errno;
    if (wait[0].revents) input_open = read_some(input, to_master);
    if (wait[1].revents & POLLOUT) write_some(master, to_master);
    if (!(wait[1].revents & (POLLIN | POLLHUP | POLLERR))) continue;
    if (!read_some(master, to_output)) return 0;
    write_all(output, to_output);
    to_output.clear();
  }
}

}  // namespace

int relay_terminal(int input, int output, int master) {
  fcntl(master, F_SETFL, fcntl(master, F_GETFL) | O_NONBLOCK);
  copy_terminal_size(input, master);
  make_raw(input);
  int error = pump(input, output, master);
  restore_terminal();
  return error;
}

void restore_terminal() {
  Saved &kept = saved();
  std::lock_guard lock(kept.mutex);
  if (!kept.mode) return;
  tcsetattr(kept.terminal, TCSANOW, &*kept.mode);
  kept.mode.reset();
}

int copy_terminal_size(int from, int to) {
  winsize size;
  if (ioctl(from, TIOCGWINSZ, &size) != 0) return -errno;
  return ioctl(to, TIOCSWINSZ, &size) == 0 ? 0 : -errno;
}

int set_terminal_size(int terminal, int width, int height) {
  winsize size{};
  size.ws_col = static_cast<unsigned short>(width);
  size.ws_row = static_cast<unsigned short>(height);
  return ioctl(terminal, TIOCSWINSZ, &size) == 0 ? 0 : -errno;
}

}  // namespace runts::core
