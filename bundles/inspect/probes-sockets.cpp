// The other ends of the sockets that a runtime is given: console, pidfd, notification and seccomp agent.
// Tests run these on the host.
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "json.h"
#include "probes.h"
#include "text.h"

namespace inspect {

namespace {

// A socket bound to path, as `{"ready":true}` on standard output then says; -1 with errno set.
int bound_socket(const std::string &path, int type) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(address.sun_path, path.data(), path.size());
  int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
  if (fd < 0) return -1;
  if (bind(fd, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0) return -1;
  if (type == SOCK_STREAM && listen(fd, 4) != 0) return -1;
  write_all(1, "{\"ready\":true}\n");
  return fd;
}

// Waits for a connection, and on it for one message with a descriptor.
int receive_descriptor(int listening, std::string &payload) {
  int connection = accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
  if (connection < 0) return -1;
  char data[4096];
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  iovec part{data, sizeof data};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t n = recvmsg(connection, &message, MSG_CMSG_CLOEXEC);
  const cmsghdr *header = n < 0 ? nullptr : CMSG_FIRSTHDR(&message);
  if (!header || header->cmsg_type != SCM_RIGHTS) {
    errno = n < 0 ? errno : EBADMSG;
    return -1;
  }
  payload.assign(data, static_cast<size_t>(n));
  int fd;
  memcpy(&fd, CMSG_DATA(header), sizeof fd);
  return fd;
}

void say_received(int fd, const std::string &payload) {
  Json json;
  json.object().field("received", read_link(format("/proc/self/fd/%d", fd))).field("payload", payload);
  write_all(1, json.end_object().str() + "\n");
}

Result descriptor_probe(const Args &args) {
  int listening = bound_socket(args[0], SOCK_STREAM);
  std::string payload;
  int fd = listening < 0 ? -1 : receive_descriptor(listening, payload);
  if (fd < 0) return failed();
  say_received(fd, payload);
  return done();
}

// The terminal's output until its end; TEXT is typed first.
Result console_probe(const Args &args) {
  int listening = bound_socket(args[0], SOCK_STREAM);
  std::string payload;
  int master = listening < 0 ? -1 : receive_descriptor(listening, payload);
  if (master < 0) return failed();
  say_received(master, payload);
  if (args.size() > 1) write_all(master, args[1]);
  char buffer[4096];
  ssize_t n;
  while ((n = read(master, buffer, sizeof buffer)) > 0)
    write_all(1, std::string_view(buffer, static_cast<size_t>(n)));
  return done();
}

// Each datagram as {"datagram":TEXT} until the time is over without one.
Result notifications_probe(const Args &args) {
  int fd = bound_socket(args[0], SOCK_DGRAM);
  if (fd < 0) return failed();
  pollfd waiting{fd, POLLIN, 0};
  while (poll(&waiting, 1, atoi(args[1].c_str()) * 1000) > 0) {
    char buffer[4096];
    ssize_t n = recv(fd, buffer, sizeof buffer, 0);
    if (n < 0) return failed();
    write_all(1, Json().object()
                         .field("datagram", std::string_view(buffer, static_cast<size_t>(n)))
                         .end_object()
                         .str() +
                     "\n");
  }
  return done();
}

// A seccomp agent: answers every notification with VALUE until the filter has no user left.
Result agent_probe(const Args &args) {
  int listening = bound_socket(args[0], SOCK_STREAM);
  std::string payload;
  int fd = listening < 0 ? -1 : receive_descriptor(listening, payload);
  if (fd < 0) return failed();
  say_received(fd, payload);
  pollfd waiting{fd, POLLIN, 0};
  while (poll(&waiting, 1, -1) > 0 && (waiting.revents & POLLIN)) {
    seccomp_notif request{};
    if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &request) != 0) break;
    write_all(1, Json().object().field("syscall", request.data.nr).end_object().str() + "\n");
    seccomp_notif_resp response{};
    response.id = request.id;
    response.val = atol(args[1].c_str());
    ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &response);
  }
  return done();
}

}  // namespace

const Probe kSocketProbes[] = {
    {"receive-descriptor", "SOCKET", 1, descriptor_probe},
    {"receive-console", "SOCKET [TEXT]", 1, console_probe},
    {"receive-notifications", "SOCKET SECONDS", 2, notifications_probe},
    {"seccomp-agent", "SOCKET VALUE", 2, agent_probe},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace inspect
