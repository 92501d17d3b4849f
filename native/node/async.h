// Promises for what happens on the core's threads.
#pragma once
#include <napi.h>

#include <functional>
#include <memory>
#include <string>

#include "../core/pool.h"
#include "../core/status.h"
#include "../sys/fd.h"

namespace runts::node {

// Makes the promise's value; called on the environment's own thread. An Error object rejects the promise.
using Answer = std::function<Napi::Value(Napi::Env)>;
using Settle = std::function<void(Answer)>;

// Whether a promise keeps the program from ending before it is settled.
enum class Hold { kKeeps, kIdle };

// A promise, and by `begin` what leads to its end: it gets a function to be called once, from any thread.
Napi::Value make_promise(Napi::Env env, const std::function<void(Settle)> &begin, Hold hold = Hold::kKeeps);

// A promise for work on a thread of the core, which `start` finds.
using Start = void (*)(std::function<void()> job);
Napi::Value run_async(Napi::Env env, std::function<Answer()> work, Start start = core::run_on_thread);

// A descriptor as JavaScript has it, a number. What it has not given back when its environment ends is closed then: code of
// a worker that is terminated closes nothing itself, and a lock would be held for as long as the process lives.
Napi::Value give_out(Napi::Env env, Fd fd);

// What JavaScript gives back, to be closed.
Fd take_back(Napi::Env env, int fd);

// An object of C++ as JavaScript has it, which goes with it; at once where the environment is ending already.
template <typename T>
Napi::Value give_out(Napi::Env env, std::unique_ptr<T> object) {
  auto value = Napi::External<T>::New(env, object.get(), [](Napi::Env, T *owned) { delete owned; });
  if (!value.IsEmpty()) (void)object.release();
  return value;
}

// An Error with `code` (name of the errno), `syscall` and, where there is one, `path`.
Napi::Error system_error(Napi::Env env, int error, const char *syscall, const std::string &path = {});

// Of a call's status, with its `detail`, if any.
Napi::Error status_error(Napi::Env env, const core::Status &status);

// The first, thrown; for `return fail(...)`.
Napi::Value fail(Napi::Env env, int error, const char *syscall, const std::string &path = {});

}  // namespace runts::node
