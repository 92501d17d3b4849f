// Plans, and the processes that they make.
#include "../core/execute.h"

#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <poll.h>

#include "../core/error_name.h"
#include "../core/spawn.h"
#include "functions.h"
#include "loop.h"

namespace runts::quickjs {
namespace {

core::Options read_options(JSContext *context, JSValueConst from) {
  JSValue values[] = {JS_GetPropertyStr(context, from, "stdio"), JS_GetPropertyStr(context, from, "preserve"),
                      JS_GetPropertyStr(context, from, "trace")};
  Call fields{context, values};
  core::Options options;
  std::vector<int> stdio = fields.numbers(0);
  for (size_t i = 0; i < 3 && i < stdio.size(); i++) options.stdio[i] = stdio[i];
  options.preserve = fields.numbers(1);
  options.trace = JS_ToBool(context, values[2]);
  for (JSValue value : values) JS_FreeValue(context, value);
  return options;
}

void set_success(JSContext *context, JSValue value, core::Outcome &outcome) {
  if (outcome.pid) {
    set(context, value, "pid", JS_NewInt32(context, outcome.pid));
    set(context, value, "pidfd", JS_NewInt32(context, outcome.pidfd.release()));
    set(context, value, "startTime", JS_NewInt64(context, static_cast<int64_t>(outcome.start_time)));
  }
  if (outcome.cgroup_inode)
    set(context, value, "cgroupInode", from_text(context, std::to_string(outcome.cgroup_inode)));
  if (outcome.console) set(context, value, "console", JS_NewInt32(context, outcome.console.release()));
}

void set_failure(JSContext *context, JSValue value, const core::Outcome &outcome) {
  set(context, value, "step", JS_NewInt32(context, outcome.step));
  set(context, value, "errno", JS_NewString(context, core::error_name(outcome.status.error)));
  set(context, value, "call", from_text(context, outcome.status.call));
  set(context, value, "detail", from_text(context, outcome.status.detail));
  set(context, value, "ofCreate", JS_NewBool(context, outcome.of_create));
}

JSValue to_value(JSContext *context, core::Outcome &outcome) {
  JSValue value = JS_NewObject(context);
  set(context, value, "ok", JS_NewBool(context, outcome.status.ok()));
  if (outcome.status.ok()) set_success(context, value, outcome);
  else set_failure(context, value, outcome);
  if (!outcome.times.empty()) {
    auto microseconds = [&](uint64_t time) { return JS_NewFloat64(context, static_cast<double>(time) / 1000.0); };
    set(context, value, "times", from_list(context, outcome.times, microseconds));
  }
  return value;
}

// execute(plan, {stdio, preserve, trace}): a promise of the outcome. Here, as nothing else goes on meanwhile.
JSValue execute(const Call &call) {
  core::Outcome outcome = core::execute(call.text(0), read_options(call.context, call.at(1)));
  return settled(call.context, to_value(call.context, outcome));
}

JSValue to_status(JSContext *context, const std::optional<core::Ending> &ending) {
  if (!ending) return JS_UNDEFINED;
  JSValue value = JS_NewObject(context);
  set(context, value, ending->signaled ? "signal" : "code", JS_NewInt32(context, ending->number));
  return value;
}

// wait(pidfd): a promise of {code} or {signal}; of undefined where it is no child of this process
JSValue wait(const Call &call) {
  auto pidfd = std::make_shared<Fd>(fcntl(call.number(0), F_DUPFD_CLOEXEC, 3));
  if (!*pidfd) return settled(call.context, system_error(call.context, errno, "fcntl"));
  Promise promise(call.context);
  when_ready(pidfd->get(), POLLIN, [promise, pidfd, context = call.context]() mutable {
    promise.settle(to_status(context, core::reap(*pidfd, 0)));
  });
  return promise.value();
}

constexpr Function kTable[] = {{"execute", execute}, {"wait", wait}};

}  // namespace

constinit const std::span<const Function> kExecution = kTable;

}  // namespace runts::quickjs
