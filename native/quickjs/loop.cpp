#include "loop.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <map>
#include <memory>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <vector>

#include "../core/pool.h"
#include "values.h"

namespace runts::quickjs {
namespace {

using Clock = std::chrono::steady_clock;

struct Watched {
  int fd;
  short events;
  std::function<void()> then;
};
struct Timer {
  Clock::time_point at;
  std::function<void()> then;
};
struct Waits {
  std::vector<Watched> watched;
  std::vector<Timer> timers;
  std::map<int, std::function<void()>> signals;
  Fd signal_reader;
};
Waits &waits() {
  static Waits *instance = new Waits;
  return *instance;
}

// The handler's end of a pipe. A byte is a signal's number; what comes while 64 KiB of them lie there is lost.
int signal_writer = -1;

void note_signal(int number) {
  int saved = errno;
  auto byte = static_cast<unsigned char>(number);
  (void)!write(signal_writer, &byte, 1);
  errno = saved;
}

void set_action(int signal, void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigfillset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

bool open_signals() {
  if (signal_writer >= 0) return true;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return false;
  waits().signal_reader.reset(ends[0]);
  signal_writer = ends[1];
  return true;
}

void deliver_signals() {
  unsigned char numbers[64];
  ssize_t count = read(waits().signal_reader.get(), numbers, sizeof(numbers));
  for (ssize_t i = 0; i < count; i++) {
    auto found = waits().signals.find(numbers[i]);
    if (found == waits().signals.end()) continue;
    auto then = found->second;
    then();
  }
}

int milliseconds_to_next() {
  auto &timers = waits().timers;
  if (timers.empty()) return -1;
  auto next = std::min_element(timers.begin(), timers.end(), [](auto &a, auto &b) { return a.at < b.at; });
  auto left = std::chrono::ceil<std::chrono::milliseconds>(next->at - Clock::now()).count();
  return static_cast<int>(std::clamp<int64_t>(left, 0, 1 << 30));
}

// Takes those out that are due before any is called: a call may add others.
template <typename Item, typename IsDue>
void call_due(std::vector<Item> &items, IsDue is_due) {
  auto first = std::stable_partition(items.begin(), items.end(), [&](const Item &item) { return !is_due(item); });
  std::vector<Item> due(std::make_move_iterator(first), std::make_move_iterator(items.end()));
  items.erase(first, items.end());
  for (Item &item : due) item.then();
}

}  // namespace

void when_ready(int fd, short events, std::function<void()> then) {
  waits().watched.push_back({fd, events, std::move(then)});
}

void after(int64_t milliseconds, std::function<void()> then) {
  waits().timers.push_back({Clock::now() + std::chrono::milliseconds(milliseconds), std::move(then)});
}

void on_signal(int signal, std::function<void()> then) {
  if (!open_signals()) return;
  waits().signals[signal] = std::move(then);
  set_action(signal, note_signal);
}

void leave_signal(int signal) {
  set_action(signal, SIG_DFL);
  waits().signals.erase(signal);
}

bool wait_for_next() {
  Waits &all = waits();
  if (all.watched.empty() && all.timers.empty()) return false;
  std::vector<pollfd> polled;
  for (const Watched &watched : all.watched) polled.push_back({watched.fd, watched.events, 0});
  polled.push_back({all.signal_reader.get(), POLLIN, 0});
  if (poll(polled.data(), polled.size(), milliseconds_to_next()) < 0) return errno == EINTR;
  if (polled.back().revents) deliver_signals();
  auto ready = [&](const Watched &watched) {
    return std::any_of(polled.begin(), polled.end() - 1,
                       [&](const pollfd &one) { return one.fd == watched.fd && one.revents; });
  };
  call_due(all.watched, ready);
  auto now = Clock::now();
  call_due(all.timers, [&](const Timer &timer) { return timer.at <= now; });
  return true;
}

Promise::Promise(JSContext *context) : context_(context), value_(JS_NewPromiseCapability(context, functions_)) {}

void Promise::settle(JSValue with) {
  JSValue result = JS_Call(context_, functions_[JS_IsError(with) ? 1 : 0], JS_UNDEFINED, 1, &with);
  JS_FreeValue(context_, result);
  JS_FreeValue(context_, with);
  for (JSValue function : functions_) JS_FreeValue(context_, function);
}

JSValue settled(JSContext *context, JSValue with) {
  Promise promise(context);
  promise.settle(with);
  return promise.value();
}

JSValue on_thread(JSContext *context, std::function<int()> work, std::function<JSValue(int)> answer) {
  auto done = std::make_shared<Fd>(eventfd(0, EFD_CLOEXEC));
  if (!*done) return fail(context, errno, "eventfd");
  Promise promise(context);
  auto result = std::make_shared<int>(0);
  core::run_on_thread([work = std::move(work), result, done] {
    *result = work();
    eventfd_write(done->get(), 1);
  });
  when_ready(done->get(), POLLIN, [promise, result, done, answer = std::move(answer)]() mutable {
    promise.settle(answer(*result));
  });
  return promise.value();
}

}  // namespace runts::quickjs
