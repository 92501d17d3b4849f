#include "../core/execute.h"

#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <string>

#include "../core/error_name.h"
#include "../core/reaper.h"
#include "async.h"
#include "bindings.h"

namespace runts::node {
namespace {

using Cancellation = Napi::External<std::shared_ptr<core::Cancel>>;

// None where the value is no cancellation.
std::shared_ptr<core::Cancel> cancel_of(Napi::Value value) {
  return value.IsExternal() ? *value.As<Cancellation>().Data() : nullptr;
}

core::Options read_options(const Napi::Object &from) {
  core::Options options;
  Napi::Value stdio = from.Get("stdio"), preserve = from.Get("preserve");
  if (stdio.IsArray()) {
    for (uint32_t i = 0; i < 3; i++)
      options.stdio[i] = stdio.As<Napi::Array>().Get(i).ToNumber().Int32Value();
  }
  if (preserve.IsArray()) {
    auto list = preserve.As<Napi::Array>();
    for (uint32_t i = 0; i < list.Length(); i++)
      options.preserve.push_back(list.Get(i).ToNumber().Int32Value());
  }
  options.trace = from.Get("trace").ToBoolean();
  return options;
}

void set_success(Napi::Object &value, core::Outcome &outcome) {
  if (outcome.pid) {
    value.Set("pid", outcome.pid);
    value.Set("pidfd", outcome.pidfd.release());
    value.Set("startTime", static_cast<double>(outcome.start_time));
  }
  if (outcome.cgroup_inode) value.Set("cgroupInode", std::to_string(outcome.cgroup_inode));
  if (outcome.console) value.Set("console", outcome.console.release());
}

void set_failure(Napi::Object &value, const core::Outcome &outcome) {
  value.Set("step", outcome.step);
  value.Set("errno", core::error_name(outcome.status.error));
  value.Set("call", outcome.status.call);
  value.Set("detail", outcome.status.detail);
  value.Set("ofCreate", outcome.of_create);
}

Napi::Value to_value(Napi::Env env, core::Outcome &outcome) {
  Napi::Object value = Napi::Object::New(env);
  value.Set("ok", outcome.status.ok());
  if (outcome.status.ok()) {
    set_success(value, outcome);
  } else {
    set_failure(value, outcome);
  }
  if (!outcome.times.empty()) {
    Napi::Array times = Napi::Array::New(env, outcome.times.size());
    for (size_t i = 0; i < outcome.times.size(); i++) {
      times.Set(static_cast<uint32_t>(i), static_cast<double>(outcome.times[i]) / 1000.0);
    }
    value.Set("times", times);
  }
  return value;
}

Napi::Value to_status(Napi::Env env, const std::optional<core::Ending> &ending) {
  if (!ending) return env.Undefined();
  Napi::Object value = Napi::Object::New(env);
  value.Set(ending->signaled ? "signal" : "code", ending->number);
  return value;
}

}  // namespace

Napi::Value execute(const Napi::CallbackInfo &info) {
  if (!info[0].IsString() || !info[1].IsObject()) return fail(info.Env(), EINVAL, "execute");
  std::string plan = info[0].As<Napi::String>().Utf8Value();
  core::Options options = read_options(info[1].As<Napi::Object>());
  std::shared_ptr<core::Cancel> cancel = cancel_of(info[1].As<Napi::Object>().Get("cancel"));
  options.cancel = cancel.get();
  return run_async(info.Env(), [plan = std::move(plan), options = std::move(options), cancel]() -> Answer {
    auto outcome = std::make_shared<core::Outcome>(core::execute(plan, options));
    return [outcome](Napi::Env env) { return to_value(env, *outcome); };
  });
}

Napi::Value cancellation(const Napi::CallbackInfo &info) {
  using Held = std::shared_ptr<core::Cancel>;
  return Cancellation::New(info.Env(), new Held(std::make_shared<core::Cancel>()),
                           [](Napi::BasicEnv, Held *held) { delete held; });
}

Napi::Value cancel(const Napi::CallbackInfo &info) {
  if (std::shared_ptr<core::Cancel> cancel = cancel_of(info[0])) cancel->request();
  return info.Env().Undefined();
}

Napi::Value wait(const Napi::CallbackInfo &info) {
  Fd copy(fcntl(number_at(info, 0), F_DUPFD_CLOEXEC, 3));
  if (!copy) return fail(info.Env(), errno, "fcntl");
  auto begin = [&copy](Settle settle) {
    core::await_end(std::move(copy), [settle](std::optional<core::Ending> ending) {
      settle([ending](Napi::Env env) { return to_status(env, ending); });
    });
  };
  return make_promise(info.Env(), begin, info[1].ToBoolean() ? Hold::kIdle : Hold::kKeeps);
}

Napi::Value abandon(const Napi::CallbackInfo &info) {
  core::await_end(Fd(number_at(info, 0)), [](std::optional<core::Ending>) {});
  return info.Env().Undefined();
}

}  // namespace runts::node
