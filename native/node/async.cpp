#include "async.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>

#include "../core/error_name.h"

namespace runts::node {
namespace {

// The way by which other threads reach an environment (the main thread or a worker); none once that goes
// away, as Node 20 frees a thread-safe function whoever still holds it.
struct Queue {
  std::mutex mutex;
  napi_threadsafe_function function = nullptr;
};

struct Instance {
  std::shared_ptr<Queue> queue = std::make_shared<Queue>();
  // Promises that are open and keep the program; while there are any, the environment stays alive.
  size_t open = 0;
  // Descriptors that JavaScript has.
  std::map<int, Fd> given;
};

struct Task {
  napi_deferred deferred;
  Answer answer;
  Hold hold;
};

void settle_task(napi_env raw_env, napi_value, void *context, void *data) {
  std::unique_ptr<Task> task(static_cast<Task *>(data));
  // Without an environment it is going away, and nobody waits any more.
  if (!raw_env) return;
  Napi::Env env(raw_env);
  Napi::HandleScope scope(env);
  Napi::Value value = task->answer(env);
  bool failed = false;
  napi_is_error(env, value, &failed);
  (failed ? napi_reject_deferred : napi_resolve_deferred)(env, task->deferred, value);
  auto *instance = static_cast<Instance *>(context);
  if (task->hold == Hold::kKeeps && --instance->open == 0) napi_unref_threadsafe_function(env, instance->queue->function);
}

// Runs before Node takes the function away, since it was added after that.
void close_queue(void *instance) {
  Queue &queue = *static_cast<Instance *>(instance)->queue;
  std::lock_guard lock(queue.mutex);
  queue.function = nullptr;
}

Instance *instance_of(Napi::Env env) {
  if (auto *instance = env.GetInstanceData<Instance>()) return instance;
  auto instance = std::make_unique<Instance>();
  napi_threadsafe_function function;
  napi_status status =
      napi_create_threadsafe_function(env, nullptr, nullptr, Napi::String::New(env, "runts"), 0, 1, nullptr,
                                      nullptr, instance.get(), settle_task, &function);
  if (status != napi_ok) return nullptr;
  instance->queue->function = function;
  napi_unref_threadsafe_function(env, function);
  napi_add_env_cleanup_hook(env, close_queue, instance.get());
  env.SetInstanceData(instance.get());
  return instance.release();
}

void deliver(Queue &queue, std::unique_ptr<Task> task) {
  std::lock_guard lock(queue.mutex);
  if (!queue.function) return;
  if (napi_call_threadsafe_function(queue.function, task.get(), napi_tsfn_nonblocking) == napi_ok)
    (void)task.release();
}

}  // namespace

Napi::Value make_promise(Napi::Env env, const std::function<void(Settle)> &begin, Hold hold) {
  Instance *instance = instance_of(env);
  napi_deferred deferred;
  napi_value promise;
  if (!instance || napi_create_promise(env, &deferred, &promise) != napi_ok) {
    return fail(env, ECANCELED, "napi_create_promise");
  }
  if (hold == Hold::kKeeps && instance->open++ == 0) napi_ref_threadsafe_function(env, instance->queue->function);
  begin([queue = instance->queue, deferred, hold](Answer answer) {
    deliver(*queue, std::make_unique<Task>(Task{deferred, std::move(answer), hold}));
  });
  return Napi::Value(env, promise);
}

Napi::Value run_async(Napi::Env env, std::function<Answer()> work, Start start) {
  return make_promise(env, [&work, start](Settle settle) {
    start([work = std::move(work), settle = std::move(settle)] { settle(work()); });
  });
}

Napi::Value give_out(Napi::Env env, Fd fd) {
  int number = fd.get();
  if (Instance *instance = instance_of(env)) instance->given[number] = std::move(fd);
  return Napi::Number::New(env, number);
}

Fd take_back(Napi::Env env, int fd) {
  Instance *instance = instance_of(env);
  if (!instance) return {};
  auto given = instance->given.find(fd);
  if (given == instance->given.end()) return Fd(fd);
  Fd owned = std::move(given->second);
  instance->given.erase(given);
  return owned;
}

Napi::Error system_error(Napi::Env env, int error, const char *syscall, const std::string &path) {
  int number = std::abs(error);
  Napi::Error value = Napi::Error::New(env, std::string(syscall) + ": " + strerror(number));
  value.Set("code", Napi::String::New(env, core::error_name(number)));
  value.Set("syscall", Napi::String::New(env, syscall));
  if (!path.empty()) value.Set("path", Napi::String::New(env, path));
  return value;
}

Napi::Error status_error(Napi::Env env, const core::Status &status) {
  Napi::Error value = system_error(env, status.error, status.call.substr(0, status.call.find('(')).c_str());
  if (!status.detail.empty()) value.Set("detail", Napi::String::New(env, status.detail));
  return value;
}

Napi::Value fail(Napi::Env env, int error, const char *syscall, const std::string &path) {
  system_error(env, error, syscall, path).ThrowAsJavaScriptException();
  return env.Undefined();
}

}  // namespace runts::node
