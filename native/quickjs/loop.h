// What a command waits for: descriptors, moments and signals, in one poll(2). Nothing runs beside it but threads that say
// by a descriptor that they are done.
#pragma once
#include <quickjs.h>

#include <functional>

#include "../sys/fd.h"

namespace runts::quickjs {

// Calls back once, when one of the events of poll(2) is there.
void when_ready(int fd, short events, std::function<void()> then);
void after(int64_t milliseconds, std::function<void()> then);

// Calls back for each of the signal, until it is told to leave it (back to its default action). Does not keep a command waiting.
void on_signal(int signal, std::function<void()> then);
void leave_signal(int signal);

// Waits for the next thing and calls back. False where nothing is left to wait for.
bool wait_for_next();

// A promise and how it ends. An Error object rejects it.
class Promise {
 public:
  explicit Promise(JSContext *context);
  JSValue value() const { return value_; }
  void settle(JSValue with);

 private:
  JSContext *context_;
  JSValue value_;
  JSValue functions_[2];
};

// A promise that is settled already.
JSValue settled(JSContext *context, JSValue with);

// A promise for work on a thread, where all signals are blocked; `answer` makes its value afterwards, on this one.
JSValue on_thread(JSContext *context, std::function<int()> work, std::function<JSValue(int)> answer);

}  // namespace runts::quickjs
