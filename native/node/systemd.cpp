#include "../core/systemd.h"

#include <memory>

#include "async.h"
#include "bindings.h"

namespace runts::node {
namespace {

struct Conversation {
  std::vector<std::string> answers;
  core::Status status;
};

Napi::Value to_value(Napi::Env env, const Conversation &held) {
  if (!held.status.ok()) return status_error(env, held.status).Value();
  Napi::Array list = Napi::Array::New(env, held.answers.size());
  for (size_t i = 0; i < held.answers.size(); i++) {
    list.Set(static_cast<uint32_t>(i), Napi::Buffer<char>::Copy(env, held.answers[i].data(), held.answers[i].size()));
  }
  return list;
}

}  // namespace

Napi::Value ask_systemd(const Napi::CallbackInfo &info) {
  std::string socket = text_at(info, 0);
  int timeout = number_at(info, 2);
  std::vector<std::string> calls;
  if (info[1].IsArray()) {
    auto list = info[1].As<Napi::Array>();
    for (uint32_t i = 0; i < list.Length(); i++) {
      auto bytes = list.Get(i).As<Napi::Uint8Array>();
      calls.emplace_back(reinterpret_cast<const char *>(bytes.Data()), bytes.ByteLength());
    }
  }
  return run_async(info.Env(), [socket, calls = std::move(calls), timeout]() -> Answer {
    auto held = std::make_shared<Conversation>();
    held->status = core::ask_systemd(socket, calls, timeout, held->answers);
    return [held](Napi::Env env) { return to_value(env, *held); };
  });
}

}  // namespace runts::node
