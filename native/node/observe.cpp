#include "../core/observer.h"

#include <cerrno>
#include <memory>

#include "async.h"
#include "bindings.h"

namespace runts::node {
namespace {

std::vector<std::string> texts_of(const Napi::Value &value) {
  std::vector<std::string> texts;
  if (!value.IsArray()) return texts;
  auto list = value.As<Napi::Array>();
  for (uint32_t i = 0; i < list.Length(); i++) texts.push_back(list.Get(i).ToString().Utf8Value());
  return texts;
}

int number_of(const Napi::Value &value, int otherwise) {
  return value.IsNumber() ? value.As<Napi::Number>().Int32Value() : otherwise;
}

core::Wanted read_wanted(const Napi::Object &from) {
  core::Wanted wanted;
  Napi::Value cgroup = from.Get("cgroup");
  if (cgroup.IsString()) wanted.cgroup = cgroup.As<Napi::String>().Utf8Value();
  wanted.files = texts_of(from.Get("files"));
  wanted.pressures = texts_of(from.Get("pressures"));
  wanted.interval = number_of(from.Get("interval"), 0);
  wanted.at_interval = texts_of(from.Get("atInterval"));
  wanted.pidfd = number_of(from.Get("pidfd"), -1);
  wanted.at_end = texts_of(from.Get("atEnd"));
  return wanted;
}

Napi::Value to_value(Napi::Env env, const std::optional<core::Notice> &notice) {
  if (!notice) return env.Undefined();
  Napi::Object value = Napi::Object::New(env);
  value.Set("of", core::name_of(notice->of));
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
  return give_out(env, std::move(observer));
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

Napi::Value finish_observer(const Napi::CallbackInfo &info) {
  core::Observer *observer = observer_at(info);
  if (!observer) return fail(info.Env(), EINVAL, "finishObserver");
  observer->finish();
  return info.Env().Undefined();
}

Napi::Value close_observer(const Napi::CallbackInfo &info) {
  core::Observer *observer = observer_at(info);
  if (!observer) return fail(info.Env(), EINVAL, "closeObserver");
  observer->close();
  return info.Env().Undefined();
}

}  // namespace runts::node
