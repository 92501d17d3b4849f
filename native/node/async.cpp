#include "async.h"

#include <cstdlib>
#include <cstring>
#include <memory>

#include "../core/error_name.h"
#include "../core/pool.h"

namespace runts::node {
namespace {

// One of an environment (the main thread or a worker): the way by which other threads reach it.
struct Instance {
  napi_threadsafe_function queue = nullptr;
  // Promises that are open; while there are any, the environment stays alive.
  size_t open = 0;
};

struct Task {
  napi_deferred deferred;
  Answer answer;
};

void settle_task(napi_env raw_env, napi_value, void *context, void *data) {
  std::unique_ptr<Task> task(static_cast<Task *>(data));
  // Without an environment it is going away, and nobody waits any more.
  if (!raw_env) return;
  Napi::Env env(raw_env);
  Napi::HandleScope scope(env);
  Napi::Value value = task->answer(env);
  bool failed = value.IsObject() && [&] {
    bool is_error = false;
    napi_is_error(env, value, &is_error);
    return is_error;
  }();
  (failed ? napi_reject_deferred : napi_resolve_deferred)(env, task->deferred, value);
  auto *instance = static_cast<Instance *>(context);
  if (--instance->open == 0) napi_unref_threadsafe_function(env, instance->queue);
}

Instance *instance_of(Napi::Env env) {
  auto *instance = env.GetInstanceData<Instance>();
  if (instance) return instance;
  instance = new Instance;
  napi_threadsafe_function queue;
  napi_status status = napi_create_threadsafe_function(env, nullptr, nullptr, Napi::String::New(env, "runts"), 0, 1,
                                                       nullptr, nullptr, instance, settle_task, &queue);
  if (status != napi_ok) {
    delete instance;
    return nullptr;
  }
  instance->queue = queue;
  napi_unref_threadsafe_function(env, queue);
  env.SetInstanceData(instance);
  return instance;
}

void deliver(napi_threadsafe_function queue, Task *task) {
  if (napi_call_threadsafe_function(queue, task, napi_tsfn_nonblocking) == napi_ok) {
    napi_release_threadsafe_function(queue, napi_tsfn_release);
  } else {
    // The environment is going away; our hold on the queue went with this call.
    delete task;
  }
}

}  // namespace

Napi::Value make_promise(Napi::Env env, const std::function<void(Settle)> &begin) {
  Instance *instance = instance_of(env);
  napi_deferred deferred;
  napi_value promise;
  if (!instance || napi_create_promise(env, &deferred, &promise) != napi_ok ||
      napi_acquire_threadsafe_function(instance->queue) != napi_ok) {
    return fail(env, ECANCELED, "napi_create_promise");
  }
  if (instance->open++ == 0) napi_ref_threadsafe_function(env, instance->queue);
  napi_threadsafe_function queue = instance->queue;
  begin([queue, deferred](Answer answer) { deliver(queue, new Task{deferred, std::move(answer)}); });
  return Napi::Value(env, promise);
}

Napi::Value run_async(Napi::Env env, std::function<Answer()> work) {
  return make_promise(env, [&work](Settle settle) {
    core::run_on_thread([work = std::move(work), settle = std::move(settle)] { settle(work()); });
  });
}

Napi::Error system_error(Napi::Env env, int error, const char *syscall) {
  int number = std::abs(error);
  Napi::Error value = Napi::Error::New(env, std::string(syscall) + ": " + strerror(number));
  value.Set("code", Napi::String::New(env, core::error_name(number)));
  value.Set("syscall", Napi::String::New(env, syscall));
  return value;
}

Napi::Value fail(Napi::Env env, int error, const char *syscall) {
  system_error(env, error, syscall).ThrowAsJavaScriptException();
  return env.Undefined();
}

}  // namespace runts::node
