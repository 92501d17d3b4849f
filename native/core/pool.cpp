#include "pool.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "own_thread.h"

namespace runts::core {
namespace {

// An idle thread above this number ends after kIdle.
constexpr size_t kKept = 4;
constexpr auto kIdle = std::chrono::seconds(10);

struct Pool {
  std::mutex mutex;
  std::condition_variable work;
  std::deque<std::function<void()>> jobs;
  size_t threads = 0;
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
      all.threads--;
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

}  // namespace

void run_on_thread(std::function<void()> job) {
  Pool &all = pool();
  std::unique_lock lock(all.mutex);
  bool short_of_threads = all.jobs.size() >= all.idle;
  if (short_of_threads && start_thread([&all] { serve(all); }) == 0) all.threads++;
  if (all.threads == 0) {
    lock.unlock();
    return job();
  }
  all.jobs.push_back(std::move(job));
  all.work.notify_one();
}

}  // namespace runts::core
