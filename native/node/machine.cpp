#include <cerrno>
#include <memory>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../core/notify.h"
#include "../sys/fd.h"
#include "../sys/syscalls.h"
#include "async.h"
#include "bindings.h"

namespace runts::node {

Napi::Value send_signal(const Napi::CallbackInfo &info) {
  int error = sys::pidfd_send_signal(number_at(info, 0), number_at(info, 1));
  if (error < 0 && error != -ESRCH) return fail(info.Env(), error, "pidfd_send_signal");
  return info.Env().Undefined();
}

Napi::Value open_pidfd(const Napi::CallbackInfo &info) {
  int fd = sys::pidfd_open(number_at(info, 0), 0);
  if (fd < 0) return fail(info.Env(), fd, "pidfd_open");
  return give_out(info.Env(), Fd(fd));
}

Napi::Value close_descriptor(const Napi::CallbackInfo &info) {
  if (close(take_back(info.Env(), number_at(info, 0)).release()) != 0) return fail(info.Env(), errno, "close");
  return info.Env().Undefined();
}

Napi::Value become_subreaper(const Napi::CallbackInfo &info) {
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) return fail(info.Env(), errno, "prctl");
  return info.Env().Undefined();
}

Napi::Value reap_orphans(const Napi::CallbackInfo &info) {
  while (waitpid(-1, nullptr, WNOHANG | __WALL) > 0) {
  }
  return info.Env().Undefined();
}

Napi::Value send_descriptor(const Napi::CallbackInfo &info) {
  int error = core::send_descriptor(text_at(info, 0), number_at(info, 1), text_at(info, 2));
  if (error < 0) return fail(info.Env(), error, "sendmsg");
  return info.Env().Undefined();
}

Napi::Value forward_notify(const Napi::CallbackInfo &info) {
  // It listens before this returns, so that the program may be started at once.
  auto notify = std::make_shared<core::Notify>();
  int error = core::open_notify(text_at(info, 0), text_at(info, 1), number_at(info, 2), *notify);
  if (error < 0) return fail(info.Env(), error, "connect");
  return run_async(info.Env(), [notify]() -> Answer {
    int error = core::forward_notify(*notify);
    return [error](Napi::Env env) -> Napi::Value {
      if (error < 0) return system_error(env, error, "sendmsg").Value();
      return env.Undefined();
    };
  });
}

}  // namespace runts::node
