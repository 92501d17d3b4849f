// The tree of an image, as native/layer/view.h has it.
#include <memory>

#include "../layer/view.h"
#include "async.h"
#include "bindings.h"

namespace runts::node {
namespace {

using core::Status;
using Info = Napi::CallbackInfo;

Answer settled(Status status, std::function<Napi::Value(Napi::Env)> value) {
  return [status = std::move(status), value = std::move(value)](Napi::Env env) -> Napi::Value {
    return status.ok() ? value(env) : status_error(env, status).Value();
  };
}

Napi::Value undefined(Napi::Env env) { return env.Undefined(); }

Napi::Value open_view(const Info &info) {
  return run_async(info.Env(), [plan = text_at(info, 0)] {
    auto view = std::make_shared<Fd>();
    Status status = layer::open_view(plan, *view);
    return settled(std::move(status), [view](Napi::Env env) { return give_out(env, std::move(*view)); });
  });
}

Napi::Value read_in_view(const Info &info) {
  return run_async(info.Env(), [view = number_at(info, 0), path = text_at(info, 1), limit = number_at(info, 2)] {
    auto text = std::make_shared<std::string>();
    Status status = layer::read_in_view(view, path, static_cast<size_t>(limit), *text);
    return settled(std::move(status), [text](Napi::Env env) { return Napi::String::New(env, *text); });
  });
}

Napi::Value make_directory_in_view(const Info &info) {
  return run_async(info.Env(), [view = number_at(info, 0), path = text_at(info, 1)] {
    return settled(layer::make_directory_in_view(view, path), undefined);
  });
}

Napi::Value write_in_view(const Info &info) {
  return run_async(info.Env(), [view = number_at(info, 0), path = text_at(info, 1), text = text_at(info, 2)] {
    return settled(layer::write_in_view(view, path, text), undefined);
  });
}

constexpr Export kTable[] = {
    {"openView", open_view},
    {"readInView", read_in_view},
    {"makeDirectoryInView", make_directory_in_view},
    {"writeInView", write_in_view},
};

}  // namespace

constinit const std::span<const Export> kView = kTable;

}  // namespace runts::node
