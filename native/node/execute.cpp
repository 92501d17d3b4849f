#include "../core/execute.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <memory>
#include <string>

#include "../core/error_name.h"
#include "../core/pool.h"
#include "../core/reaper.h"
#include "../sys/syscalls.h"
#include "async.h"
#include "bindings.h"

namespace runts::node {
namespace {

using Cancellation = Napi::External<std::shared_ptr<core::Cancel>>;

// None where the value is no cancellation.
std::shared_ptr<core::Cancel> cancel_of(Napi::Value value) {
  return value.IsExternal() ? *value.As<Cancellation>().Data() : nullptr;
}

// The outcome of an execution, until JavaScript has it. A process that JavaScript never learns of, since its worker was
// terminated meanwhile, is ended: nobody would know it, or reap it.
class Undelivered {
 public:
  explicit Undelivered(core::Outcome outcome) : outcome_(std::move(outcome)) {}
  ~Undelivered() {
    if (!outcome_.pidfd) return;
    (void)sys::pidfd_send_signal(outcome_.pidfd.get(), SIGKILL);
    core::await_end(std::move(outcome_.pidfd), [](std::optional<core::Ending>) {});
  }
  Undelivered(const Undelivered &) = delete;
  Undelivered &operator=(const Undelivered &) = delete;
  core::Outcome &outcome() { return outcome_; }

 private:
  core::Outcome outcome_;
};

// Copies of the descriptors that an execution needs, as their owner may close them while it runs.
class Copies {
 public:
  explicit Copies(core::Options &options) {
    for (int &fd : options.stdio) copy(fd);
    for (int &fd : options.preserve) copy(fd);
  }
  // 0, or -errno where there is none of some: the number may be another descriptor's by the time it is used.
  int error() const { return error_; }
  // Before the outcome is told: whoever holds the other end of a pipe is to see what the program does with its own.
  void close() { copies_.clear(); }

 private:
  void copy(int &fd) {
    if (fd <= STDERR_FILENO) return;
    Fd copied(fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!copied) error_ = -errno;
    fd = copied.get();
    copies_.push_back(std::move(copied));
  }

  std::vector<Fd> copies_;
  int error_ = 0;
};

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
    value.Set("pidfd", give_out(value.Env(), std::move(outcome.pidfd)));
    value.Set("startTime", static_cast<double>(outcome.start_time));
  }
  if (outcome.cgroup_inode) value.Set("cgroupInode", std::to_string(outcome.cgroup_inode));
  if (outcome.console) value.Set("console", give_out(value.Env(), std::move(outcome.console)));
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

void tell_done(const Settle &settle) {
  settle([](Napi::Env env) {
    core::Outcome done;
    return to_value(env, done);
  });
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
  // Others would have to wait for each other's, and with them the event loop.
  if (core::has_no_turns() && core::execute_at_once(plan, options)) return make_promise(info.Env(), tell_done);
  auto copies = std::make_shared<Copies>(options);
  if (int error = copies->error(); error < 0) return fail(info.Env(), error, "fcntl");
  auto work = [plan = std::move(plan), options = std::move(options), cancel, copies]() -> Answer {
    auto made = std::make_shared<Undelivered>(core::execute(plan, options));
    copies->close();
    return [made](Napi::Env env) { return to_value(env, made->outcome()); };
  };
  return run_async(info.Env(), std::move(work), core::run_in_turn);
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
  core::await_end(take_back(info.Env(), number_at(info, 0)), [](std::optional<core::Ending>) {});
  return info.Env().Undefined();
}

}  // namespace runts::node
