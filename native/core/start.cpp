#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include "../sys/channel.h"
#include "files.h"
#include "steps.h"

namespace runts::core {
namespace {

Status init_failed(const channel::Received &received, Context &context) {
  context.reported_step = static_cast<int>(received.message.step);
  context.of_create = true;
  return failed(received.message.error, received.text());
}

Status lost(Context &context) {
  bool memory = cgroup_ran_out_of_memory(context.cgroup);
  return failed(
      EPIPE, "recvmsg(init)",
      memory ? "out of memory: memory.max is too low" : "init ended before it could execute the program");
}

// Executing and then the end: the program runs. Anything else: it does not.
Status await_execution(int socket, Context &context) {
  bool executing = false;
  channel::Received received;
  for (;;) {
    int got = channel::receive(socket, received);
    if (got < 0) return failed(got, "recvmsg(init)");
    if (got == 0) return executing ? done() : lost(context);
    switch (received.message.type) {
      case protocol::Type::Executing:
        executing = true;
        break;
      case protocol::Type::Failed:
        return init_failed(received, context);
      default:
        return failed(EPROTO, "recvmsg(init)", "init sent what does not belong here");
    }
  }
}

}  // namespace

Status dismiss_created(const plan::Dismiss &step) {
  Report report;
  report.call("connect").string(std::string(step.directory) + '/' + std::string(step.name));
  int error = open_at(AT_FDCWD, step.directory.c_str(), O_PATH | O_DIRECTORY);
  Fd directory(error), control(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!control) return failed(errno, "socket(AF_UNIX, SOCK_SEQPACKET)");
  if (directory) error = connect_in(directory.get(), step.name.c_str(), control.get());
  // Without the socket, or with nobody at it, there is nobody to end.
  if (error == -ENOENT || error == -ECONNREFUSED) return done();
  if (error < 0) return failed(error, report);
  shutdown(control.get(), SHUT_WR);
  pollfd wait{control.get(), POLLIN, 0};
  do error = poll(&wait, 1, static_cast<int>(step.timeout_ms));
  while (error < 0 && errno == EINTR);
  return error == 0 ? failed(ETIMEDOUT, report.detail("init does not end")) : done();
}

Status start_created(const plan::Start &step, Context &context) {
  Report report;
  report.call("connect").string(std::string(step.directory) + '/' + std::string(step.name));
  int fd = open_at(AT_FDCWD, step.directory.c_str(), O_PATH | O_DIRECTORY);
  if (fd < 0) return failed(fd, report);
  Fd directory(fd), control(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  if (!control) return failed(errno, "socket(AF_UNIX, SOCK_SEQPACKET)");
  if (int error = connect_in(fd, step.name.c_str(), control.get()); error < 0) return failed(error, report);
  // From here on no other start can reach it.
  unlinkat(fd, step.name.c_str(), 0);
  if (Status status = send_slots(context, control.get()); !status.ok()) return status;
  int error = channel::send(control.get(), channel::plain(protocol::Type::Baton, 0));
  if (error < 0 && error != -EPIPE) return failed(error, "sendmsg(init)");
  return await_execution(control.get(), context);
}

}  // namespace runts::core
