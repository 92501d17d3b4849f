// What happens to containers, for `runts events`. An observer is a number.
#include "../core/observer.h"

#include <cerrno>
#include <map>
#include <memory>
#include <poll.h>
#include <sys/eventfd.h>

#include "functions.h"
#include "loop.h"

namespace runts::quickjs {
namespace {

std::map<int, std::unique_ptr<core::Observer>> &observers() {
  static auto *all = new std::map<int, std::unique_ptr<core::Observer>>;
  return *all;
}

core::Observer *observer_at(const Call &call) {
  auto found = observers().find(call.number(0));
  return found == observers().end() ? nullptr : found->second.get();
}

core::Wanted read_wanted(JSContext *context, JSValueConst from) {
  constexpr const char *kNames[] = {"cgroup", "files", "pressures", "interval", "atInterval", "pidfd", "atEnd"};
  std::vector<JSValue> values;
  for (const char *name : kNames) values.push_back(JS_GetPropertyStr(context, from, name));
  Call fields{context, values};
  core::Wanted wanted{fields.text(0),  fields.texts(1), fields.texts(2), fields.number(3),
                      fields.texts(4), fields.number(5), fields.texts(6)};
  for (JSValue value : values) JS_FreeValue(context, value);
  return wanted;
}

JSValue to_value(JSContext *context, const std::optional<core::Notice> &notice) {
  if (!notice) return JS_UNDEFINED;
  JSValue value = JS_NewObject(context);
  set(context, value, "of", JS_NewString(context, core::name_of(notice->of)));
  set(context, value, "name", from_text(context, notice->name));
  set(context, value, "texts", from_list(context, notice->texts, [&](const std::optional<std::string> &text) {
        return text ? from_text(context, *text) : JS_UNDEFINED;
      }));
  set(context, value, "dropped", JS_NewInt64(context, static_cast<int64_t>(notice->dropped)));
  return value;
}

// observe(wanted): an observer
JSValue observe(const Call &call) {
  auto observer = std::make_unique<core::Observer>();
  core::Status status = observer->open(read_wanted(call.context, call.at(0)));
  if (!status.ok()) return JS_Throw(call.context, status_error(call.context, status));
  int number = observers().empty() ? 1 : observers().rbegin()->first + 1;
  observers().emplace(number, std::move(observer));
  return JS_NewInt32(call.context, number);
}

// nextNotice(observer): a promise of a notice; of undefined once it is closed
JSValue next_notice(const Call &call) {
  core::Observer *observer = observer_at(call);
  if (!observer) return settled(call.context, JS_UNDEFINED);
  auto done = std::make_shared<Fd>(eventfd(0, EFD_CLOEXEC));
  if (!*done) return fail(call.context, errno, "eventfd");
  Promise promise(call.context);
  auto noticed = std::make_shared<std::optional<core::Notice>>();
  when_ready(done->get(), POLLIN, [promise, noticed, done, context = call.context]() mutable {
    promise.settle(to_value(context, *noticed));
  });
  observer->next([noticed, done](std::optional<core::Notice> notice) {
    *noticed = std::move(notice);
    eventfd_write(done->get(), 1);
  });
  return promise.value();
}

JSValue finish_observer(const Call &call) {
  if (core::Observer *observer = observer_at(call)) observer->finish();
  return JS_UNDEFINED;
}

JSValue close_observer(const Call &call) {
  observers().erase(call.number(0));
  return JS_UNDEFINED;
}

constexpr Function kTable[] = {
    {"observe", observe},
    {"nextNotice", next_notice},
    {"finishObserver", finish_observer},
    {"closeObserver", close_observer},
};

}  // namespace

constinit const std::span<const Function> kObserve = kTable;

}  // namespace runts::quickjs
