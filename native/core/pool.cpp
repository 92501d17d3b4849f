#include "pool.h"

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <thread>

namespace runts::core {
namespace {

// An idle thread above this number ends after kIdle.
constexpr size_t kKept = 4;
constexpr auto kIdle = std::chrono::seconds(10);

struct Pool {
  std::mutex mutex;
  std::condition_variable work;
  std::deque<std::function<void()>> jobs;
  size_t idle = 0;
};

// Never destroyed: threads may outlive the end of main.
Pool &pool() {
  static Pool *instance = new Pool;
  return *instance;
}

void serve(Pool &all) {
  std::unique_lock lock(all.mutex);
  for (;;) {
    all.idle++;
    auto ready = [&] { return !all.jobs.empty(); };
    while (!all.work.wait_for(lock, kIdle, ready)) {
      if (all.idle <= kKept) continue;
      all.idle--;
      return;
    }
    all.idle--;
    std::function<void()> job = std::move(all.jobs.front());
    all.jobs.pop_front();
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
  }
}

void add_thread(Pool &all) {
  sigset_t every, before;
  sigfillset(&every);
  pthread_sigmask(SIG_SETMASK, &every, &before);
  std::thread([&all] { serve(all); }).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace

void run_on_thread(std::function<void()> job) {
  Pool &all = pool();
  std::lock_guard lock(all.mutex);
  all.jobs.push_back(std::move(job));
  if (all.jobs.size() > all.idle) add_thread(all);
  all.work.notify_one();
}

}  // namespace runts::core
