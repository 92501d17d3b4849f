#include "../core/observer.h"

#include <cerrno>
#include <memory>

#include "async.h"
#include "bindings.h"

namespace runts::node {
namespace {

// Calls with each object, or with no value of another kind.
void for_each(const Napi::Value &list, const std::function<void(const Napi::Value &)> &use) {
  if (!list.IsArray()) return;
  auto items = list.As<Napi::Array>();
  for (uint32_t i = 0; i < items.Length(); i++) use(items.Get(i));
}

std::string text_of(const Napi::Value &value) {
  return value.IsString() ? value.As<Napi::String>().Utf8Value() : std::string();
}

int number_of(const Napi::Value &value, int otherwise) {
  return value.IsNumber() ? value.As<Napi::Number>().Int32Value() : otherwise;
}

std::vector<std::string> texts_of(const Napi::Value &list) {
  std::vector<std::string> texts;
  for_each(list, [&](const Napi::Value &text) { texts.push_back(text_of(text)); });
  return texts;
}

core::Wanted read_wanted(const Napi::Object &from) {
  core::Wanted wanted;
  wanted.cgroup = text_of(from.Get("cgroup"));
  for_each(from.Get("files"), [&](const Napi::Value &value) {
    auto file = value.ToObject();
    wanted.files.push_back({text_of(file.Get("name")), texts_of(file.Get("keys"))});
  });
  for_each(from.Get("pressures"), [&](const Napi::Value &value) {
    auto pressure = value.ToObject();
    wanted.pressures.push_back({text_of(pressure.Get("name")), text_of(pressure.Get("trigger"))});
  });
  wanted.interval = number_of(from.Get("interval"), 0);
  wanted.at_interval = texts_of(from.Get("atInterval"));
  wanted.pidfd = number_of(from.Get("pidfd"), -1);
  wanted.at_end = texts_of(from.Get("atEnd"));
  return wanted;
}

const char *name_of(core::Noticed of) {
  switch (of) {
    case core::Noticed::file: return "file";
    case core::Noticed::pressure: return "pressure";
    case core::Noticed::interval: return "interval";
    case core::Noticed::process: return "process";
  }
  return "";
}

Napi::Value to_value(Napi::Env env, const std::optional<core::Notice> &notice) {
  if (!notice) return env.Undefined();
  Napi::Object value = Napi::Object::New(env);
  value.Set("of", name_of(notice->of));
  value.Set("name", notice->name);
  Napi::Array texts = Napi::Array::New(env, notice->texts.size());
  for (uint32_t i = 0; i < texts.Length(); i++) {
    const std::optional<std::string> &text = notice->texts[i];
    texts.Set(i, text ? Napi::Value(Napi::String::New(env, *text)) : env.Undefined());
  }
  value.Set("texts", texts);
  value.Set("dropped", static_cast<double>(notice->dropped));
  return value;
}

core::Observer *observer_at(const Napi::CallbackInfo &info) {
  return info[0].IsExternal() ? info[0].As<Napi::External<core::Observer>>().Data() : nullptr;
}

}  // namespace

Napi::Value observe(const Napi::CallbackInfo &info) {
  Napi::Env env = info.Env();
  if (!info[0].IsObject()) return fail(env, EINVAL, "observe");
  auto observer = std::make_unique<core::Observer>();
  core::Status status = observer->open(read_wanted(info[0].As<Napi::Object>()));
  if (!status.ok()) {
    status_error(env, status).ThrowAsJavaScriptException();
    return env.Undefined();
  }
  return Napi::External<core::Observer>::New(env, observer.release(),
                                             [](Napi::Env, core::Observer *owned) { delete owned; });
}

Napi::Value next_notice(const Napi::CallbackInfo &info) {
  core::Observer *observer = observer_at(info);
  if (!observer) return fail(info.Env(), EINVAL, "nextNotice");
  return make_promise(info.Env(), [observer](Settle settle) {
    observer->next([settle = std::move(settle)](std::optional<core::Notice> notice) {
      auto held = std::make_shared<std::optional<core::Notice>>(std::move(notice));
      settle([held](Napi::Env env) { return to_value(env, *held); });
    });
  });
}

Napi::Value close_observer(const Napi::CallbackInfo &info) {
  core::Observer *observer = observer_at(info);
  if (!observer) return fail(info.Env(), EINVAL, "closeObserver");
  observer->close();
  return info.Env().Undefined();
}

}  // namespace runts::node
