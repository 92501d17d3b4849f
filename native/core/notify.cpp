#include "notify.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../sys/rights.h"
#include "../sys/syscalls.h"

namespace runts::core {
namespace {

// How long a manager that does not know BARRIER may leave it unread.
constexpr int kBarrierMs = 30'000;

struct Address {
  sockaddr_un name{};
  socklen_t size = 0;
};

// `@name` is in the abstract name space.
int address_of(const std::string &path, Address &address) {
  if (path.empty() || path.size() >= sizeof(address.name.sun_path)) return -ENAMETOOLONG;
  address.name.sun_family = AF_UNIX;
  memcpy(address.name.sun_path, path.data(), path.size());
  if (path[0] == '@') address.name.sun_path[0] = 0;
  address.size =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (path[0] == '@' ? 0 : 1));
  return 0;
}

int open_socket(int type, const std::string &path, bool listens, Fd &out) {
  Address address;
  if (int error = address_of(path, address)) return error;
  out.reset(socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  if (!out) return -errno;
  auto *name = reinterpret_cast<sockaddr *>(&address.name);
  if (!listens) return connect(out.get(), name, address.size) == 0 ? 0 : -errno;
  if (bind(out.get(), name, address.size) != 0) return -errno;
  return chmod(path.c_str(), 0777) == 0 ? 0 : -errno;
}

int send_with(int socket, std::string_view text, int descriptor) {
  ssize_t sent = send_rights(socket, text, {&descriptor, 1});
  return sent < 0 ? static_cast<int>(sent) : 0;
}

// 1: READY=1 has come; 0: the process has ended; -errno.
int await_ready(int socket, int pidfd, std::string &line) {
  for (;;) {
    pollfd wait[] = {{socket, POLLIN, 0}, {pidfd, POLLIN, 0}};
    if (poll(wait, 2, -1) < 0 && errno != EINTR) return -errno;
    if (!(wait[0].revents & POLLIN)) {
      if (wait[1].revents) return 0;
      continue;
    }
    char text[4096];
    ssize_t size = recv(socket, text, sizeof(text), 0);
    if (size < 0 && errno != EINTR) return -errno;
    std::string_view rest(text, size > 0 ? static_cast<size_t>(size) : 0);
    while (!rest.empty()) {
      std::string_view entry = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(entry.size() + 1, rest.size()));
      if (!entry.starts_with("READY=")) continue;
      line = entry;
      return 1;
    }
  }
}

// The manager closes the pipe's end once it has handled all that came before (sd_notify_barrier(3)).
int barrier(int socket) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -errno;
  Fd ours(ends[0]), theirs(ends[1]);
  if (int error = send_with(socket, "BARRIER=1", theirs.get())) return error;
  theirs.reset();
  pollfd wait{ours.get(), 0, 0};
  poll(&wait, 1, kBarrierMs);
  return 0;
}

}  // namespace

int open_notify(const std::string &listen_path, const std::string &notify_path, int pid, Notify &out) {
  int process = sys::pidfd_open(pid, 0);
  if (process < 0) return process;
  out.process.reset(process);
  out.pid = pid;
  // The program finds its socket, whatever has become of the manager's.
  if (int error = open_socket(SOCK_DGRAM, listen_path, true, out.listener)) return error;
  return open_socket(SOCK_DGRAM, notify_path, false, out.manager);
}

int forward_notify(const Notify &notify) {
  std::string line;
  int ready = await_ready(notify.listener.get(), notify.process.get(), line);
  if (ready <= 0) return ready;
  for (const std::string &text : {line + "\n", "MAINPID=" + std::to_string(notify.pid) + "\n"}) {
    if (send(notify.manager.get(), text.data(), text.size(), MSG_NOSIGNAL) < 0) return -errno;
  }
  return barrier(notify.manager.get());
}

int send_descriptor(const std::string &path, int descriptor, const std::string &text) {
  Fd stream;
  if (int error = open_socket(SOCK_STREAM, path, false, stream)) return error;
  return send_with(stream.get(), text, descriptor);
}

}  // namespace runts::core
