// What Node itself has no calls for: pipes and terminals whose other ends are a container's.
#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../core/bridge.h"
#include "../core/relay.h"
#include "../sys/fd.h"
#include "async.h"
#include "bindings.h"

namespace runts::node {
namespace {

// The first is for a stream, which closes it; the other is given back.
Napi::Value to_pair(Napi::Env env, int ours, int theirs) {
  Napi::Array pair = Napi::Array::New(env, 2);
  pair.Set(0U, ours);
  pair.Set(1U, give_out(env, Fd(theirs)));
  return pair;
}

Fd copy_of(int fd) { return Fd(fcntl(fd, F_DUPFD_CLOEXEC, 3)); }

}  // namespace

Napi::Value make_pipe(const Napi::CallbackInfo &info) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail(info.Env(), errno, "pipe2");
  bool writing = info[0].ToBoolean();
  return to_pair(info.Env(), ends[writing ? 1 : 0], ends[writing ? 0 : 1]);
}

Napi::Value make_socket_pair(const Napi::CallbackInfo &info) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return fail(info.Env(), errno, "socketpair");
  return to_pair(info.Env(), ends[0], ends[1]);
}

Napi::Value bridge_terminal(const Napi::CallbackInfo &info) {
  Fd socket = copy_of(number_at(info, 0)), master = copy_of(number_at(info, 1));
  if (!socket || !master) return fail(info.Env(), errno, "fcntl");
  int error = core::bridge_terminal(std::move(socket), std::move(master));
  if (error < 0) return fail(info.Env(), error, "epoll_ctl");
  return info.Env().Undefined();
}

Napi::Value set_terminal_size(const Napi::CallbackInfo &info) {
  int error = core::set_terminal_size(number_at(info, 0), number_at(info, 1), number_at(info, 2));
  if (error < 0) return fail(info.Env(), error, "ioctl");
  return info.Env().Undefined();
}

}  // namespace runts::node
