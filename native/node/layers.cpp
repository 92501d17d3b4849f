// Layers that are made, as native/layer/writer.h has it.
#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <unistd.h>
#include <vector>

#include "../core/named_files.h"
#include "../layer/worker.h"
#include "../layer/writer.h"
#include "async.h"
#include "bindings.h"
#include "bytes.h"

namespace runts::node {
namespace {

using Info = Napi::CallbackInfo;

struct Layer {
  layer::Worker worker;
  layer::Writer writer;
};

// What JavaScript has: a layer until it is closed. An environment that ends takes the chunks with it that are read from: it waits
// for the layer's work.
class Handle {
 public:
  Handle(Napi::Env env, const std::shared_ptr<Layer> &layer) : layer(layer), env_(env), known_(layer) {
    napi_add_env_cleanup_hook(env_, await_work, this);
  }
  ~Handle() { napi_remove_env_cleanup_hook(env_, await_work, this); }
  Handle(const Handle &) = delete;
  Handle &operator=(const Handle &) = delete;

  std::shared_ptr<Layer> layer;

 private:
  static void await_work(void *handle) {
    if (std::shared_ptr<Layer> layer = static_cast<Handle *>(handle)->known_.lock()) layer->worker.drain();
  }

  napi_env env_;
  std::weak_ptr<Layer> known_;
};

std::shared_ptr<Layer> layer_at(const Info &info) {
  return info[0].IsExternal() ? info[0].As<Napi::External<Handle>>().Data()->layer : nullptr;
}

Napi::Value to_error(Napi::Env env, const layer::Applied &applied) {
  Napi::Error error = status_error(env, applied.status);
  error.Set("call", Napi::String::New(env, applied.status.call));
  error.Set("action", static_cast<double>(applied.action));
  error.Set("path", to_bytes(env, applied.path));
  return error.Value();
}

Napi::Value to_lost(Napi::Env env, const layer::Lost &lost) {
  if (lost.count == 0) return env.Undefined();
  Napi::Object value = Napi::Object::New(env);
  value.Set("count", static_cast<double>(lost.count));
  value.Set("path", to_bytes(env, lost.path));
  value.Set("name", to_bytes(env, lost.xattr));
  return value;
}

// A promise for work on the layer's own thread.
Napi::Value work_on(Napi::Env env, const std::shared_ptr<Layer> &layer, std::function<layer::Applied()> work,
                    std::function<Napi::Value(Napi::Env)> answer) {
  return make_promise(env, [&](Settle settle) {
    // It stays until the work is done, though JavaScript may have closed it by then.
    layer->worker.run([=, layer = layer](int error) {
      layer::Applied applied{core::failed(error, "unshare"), -1, {}};
      if (error == 0) applied = work();
      settle([=](Napi::Env env) {
        Napi::Value value = answer(env);
        return applied.status.ok() ? value : to_error(env, applied);
      });
    });
  });
}

std::string_view bytes_at(const Napi::Value &value) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) return {};
  auto array = value.As<Napi::Uint8Array>();
  return {reinterpret_cast<const char *>(array.Data()), array.ByteLength()};
}

Napi::Value open_layer(const Info &info) {
  Napi::Env env = info.Env();
  std::vector<std::string> lower;
  if (info[1].IsArray()) {
    auto list = info[1].As<Napi::Array>();
    for (uint32_t i = 0; i < list.Length(); i++) lower.push_back(list.Get(i).ToString().Utf8Value());
  }
  auto layer = std::make_shared<Layer>();
  uint64_t copies = info[2].IsNumber() ? static_cast<uint64_t>(info[2].As<Napi::Number>().Int64Value()) : UINT64_MAX;
  layer::Status status = layer->writer.open(text_at(info, 0), std::move(lower), copies);
  if (!status.ok()) {
    status_error(env, status).ThrowAsJavaScriptException();
    return env.Undefined();
  }
  return give_out(env, std::make_unique<Handle>(env, layer));
}

Napi::Value apply_actions(const Info &info) {
  Napi::Env env = info.Env();
  std::shared_ptr<Layer> layer = layer_at(info);
  if (!layer || !info[1].IsTypedArray() || !info[2].IsArray()) return fail(env, EINVAL, "applyActions");
  auto list = info[2].As<Napi::Array>();
  std::vector<std::string_view> chunks;
  for (uint32_t i = 0; i < list.Length(); i++) chunks.push_back(bytes_at(list.Get(i)));
  // What the bytes lie in, for as long as they are read.
  Napi::Array used = Napi::Array::New(env, 2);
  used.Set(0u, info[1]);
  used.Set(1u, list);
  napi_ref kept;
  if (napi_create_reference(env, used, 1, &kept) != napi_ok) return fail(env, ECANCELED, "applyActions");
  auto work = [writer = &layer->writer, actions = bytes_at(info[1]), chunks = std::move(chunks)] {
    return writer->apply(actions, chunks);
  };
  return work_on(env, layer, std::move(work), [kept](Napi::Env env) {
    napi_delete_reference(env, kept);
    return env.Undefined();
  });
}

Napi::Value finish_layer(const Info &info) {
  std::shared_ptr<Layer> layer = layer_at(info);
  if (!layer) return fail(info.Env(), EINVAL, "finishLayer");
  auto answer = [layer](Napi::Env env) { return to_lost(env, layer->writer.lost()); };
  return work_on(info.Env(), layer, [layer] { return layer->writer.finish(); }, answer);
}

Napi::Value close_layer(const Info &info) {
  if (info[0].IsExternal()) info[0].As<Napi::External<Handle>>().Data()->layer = nullptr;
  return info.Env().Undefined();
}

Napi::Value sync_file_system(const Info &info) {
  return run_async(info.Env(), [path = text_at(info, 0)]() -> Answer {
    Fd directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const char *call = directory ? "syncfs" : "open";
    int error = directory && syncfs(directory.get()) == 0 ? 0 : errno;
    return [=](Napi::Env env) -> Napi::Value {
      return error == 0 ? env.Undefined() : system_error(env, error, call, path).Value();
    };
  });
}

constexpr Export kTable[] = {
    {"openLayer", open_layer},   {"applyActions", apply_actions},        {"finishLayer", finish_layer},
    {"closeLayer", close_layer}, {"syncFileSystem", sync_file_system},
};

}  // namespace

constinit const std::span<const Export> kLayers = kTable;

}  // namespace runts::node
