#include <cerrno>

#include "../core/probe.h"
#include "../core/seccomp.h"
#include "async.h"
#include "bindings.h"

namespace runts::node {

Napi::Value seccomp_version(const Napi::CallbackInfo &info) {
  return Napi::String::New(info.Env(), core::seccomp_version());
}

Napi::Value seccomp_api(const Napi::CallbackInfo &info) {
  return Napi::Number::New(info.Env(), core::seccomp_api());
}

Napi::Value seccomp_knows_architecture(const Napi::CallbackInfo &info) {
  return Napi::Boolean::New(info.Env(), core::seccomp_knows_architecture(text_at(info, 0).c_str()));
}

Napi::Value seccomp_takes_flags(const Napi::CallbackInfo &info) {
  return Napi::Boolean::New(info.Env(), core::seccomp_takes_flags(static_cast<unsigned>(number_at(info, 0))));
}

Napi::Value probe(const Napi::CallbackInfo &info) {
  std::vector<std::string> arguments;
  if (info[0].IsArray()) {
    auto list = info[0].As<Napi::Array>();
    for (uint32_t i = 0; i < list.Length(); i++) arguments.push_back(list.Get(i).ToString().Utf8Value());
  }
  return run_async(info.Env(), [arguments = std::move(arguments)]() -> Answer {
    std::string answer;
    core::Status status = core::probe_machine(arguments, answer);
    return [status = std::move(status), answer = std::move(answer)](Napi::Env env) -> Napi::Value {
      if (status.ok()) return Napi::String::New(env, answer);
      return system_error(env, status.error, status.call.c_str()).Value();
    };
  });
}

}  // namespace runts::node
