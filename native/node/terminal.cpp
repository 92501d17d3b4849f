#include <cerrno>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../core/relay.h"
#include "async.h"
#include "bindings.h"

namespace runts::node {

Napi::Value is_terminal(const Napi::CallbackInfo &info) {
  return Napi::Boolean::New(info.Env(), isatty(number_at(info, 0)) == 1);
}

Napi::Value terminal_size(const Napi::CallbackInfo &info) {
  winsize size;
  if (ioctl(number_at(info, 0), TIOCGWINSZ, &size) != 0) return info.Env().Undefined();
  Napi::Object value = Napi::Object::New(info.Env());
  value.Set("width", static_cast<uint32_t>(size.ws_col));
  value.Set("height", static_cast<uint32_t>(size.ws_row));
  return value;
}

Napi::Value relay(const Napi::CallbackInfo &info) {
  int input = number_at(info, 0), output = number_at(info, 1), master = number_at(info, 2);
  return run_async(info.Env(), [=]() -> Answer {
    int error = core::relay_terminal(input, output, master);
    return [error](Napi::Env env) -> Napi::Value {
      if (error < 0) return system_error(env, error, "poll").Value();
      return env.Undefined();
    };
  });
}

Napi::Value copy_terminal_size(const Napi::CallbackInfo &info) {
  core::copy_terminal_size(number_at(info, 0), number_at(info, 1));
  return info.Env().Undefined();
}

Napi::Value restore_terminal(const Napi::CallbackInfo &info) {
  core::restore_terminal();
  return info.Env().Undefined();
}

}  // namespace runts::node
