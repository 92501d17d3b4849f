#include "pool.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "own_thread.h"

namespace runts::core {
namespace {

using Clock = std::chrono::steady_clock;
using Job = std::function<void()>;

// An idle thread above this number ends after kIdle.
constexpr size_t kKept = 4;
constexpr auto kIdle = std::chrono::seconds(1);
// Of those that have turns.
constexpr size_t kForEachProcessor = 16;
constexpr auto kPatience = std::chrono::milliseconds(50);

struct Pool {
  std::mutex mutex;
  std::condition_variable work;
  std::deque<Job> jobs;
  size_t threads = 0;
  size_t idle = 0;

  // Jobs that have turns, and how many of them run.
  std::deque<Job> waiting;
  const size_t most = kForEachProcessor * std::max(1U, std::thread::hardware_concurrency());
  size_t busy = 0;
  // When one of them last began or ended; a thread looks whether that is long ago.
  Clock::time_point moved = Clock::now();
  bool watched = false;
};

// Never destroyed: threads may outlive the end of main.
Pool &pool() {
  static Pool *instance = new Pool;
  return *instance;
}

bool has_turn(const Pool &all) {
  return !all.waiting.empty() && (all.busy < all.most || Clock::now() >= all.moved + kPatience);
}

// Waits for a job; false where there was none for long and enough others wait.
bool await_job(Pool &all, std::unique_lock<std::mutex> &lock) {
  while (all.jobs.empty() && !has_turn(all)) {
    if (!all.waiting.empty() && !all.watched) {
      all.watched = true;
      all.work.wait_until(lock, all.moved + kPatience);
      all.watched = false;
    } else if (all.work.wait_for(lock, kIdle) == std::cv_status::timeout && all.idle > kKept &&
               all.waiting.empty()) {
      return !all.jobs.empty();
    }
  }
  return true;
}

Job take(std::deque<Job> &from) {
  Job job = std::move(from.front());
  from.pop_front();
  return job;
}

void serve(Pool &all);

// Sees to as many idle threads as there are jobs that may begin, and one that looks after those that may not; true where one
// of them is to be woken.
bool call_threads(Pool &all) {
  size_t turns = std::min(all.waiting.size(), all.most - std::min(all.most, all.busy));
  size_t wanted = all.jobs.size() + std::max<size_t>(turns, all.waiting.empty() ? 0 : 1);
  if (wanted == 0) return false;
  if (wanted > all.idle && start_thread([&all] { serve(all); }) == 0) {
    all.threads++;
    all.idle++;
  }
  return !all.jobs.empty() || turns > 0 || !all.watched;
}

void run(Pool &all, std::unique_lock<std::mutex> &lock, Job job) {
  bool wakes = call_threads(all);
  lock.unlock();
  if (wakes) all.work.notify_one();
  job();
  job = nullptr;
  lock.lock();
}

void run_turn(Pool &all, std::unique_lock<std::mutex> &lock) {
  all.busy++;
  all.moved = Clock::now();
  run(all, lock, take(all.waiting));
  all.busy--;
  all.moved = Clock::now();
}

void serve(Pool &all) {
  std::unique_lock lock(all.mutex);
  while (await_job(all, lock)) {
    all.idle--;
    if (all.jobs.empty()) run_turn(all, lock);
    else run(all, lock, take(all.jobs));
    all.idle++;
  }
  all.idle--;
  all.threads--;
}

void add(Job job, std::deque<Job> Pool::*list) {
  Pool &all = pool();
  std::unique_lock lock(all.mutex);
  (all.*list).push_back(std::move(job));
  bool wakes = call_threads(all);
  Job own = all.threads == 0 ? take(all.*list) : nullptr;
  lock.unlock();
  // Who is woken must not find the lock taken.
  if (wakes) all.work.notify_one();
  if (own) own();
}

}  // namespace

void run_on_thread(Job job) { add(std::move(job), &Pool::jobs); }

void run_in_turn(Job job) { add(std::move(job), &Pool::waiting); }

bool has_no_turns() {
  Pool &all = pool();
  std::lock_guard lock(all.mutex);
  return all.busy == 0 && all.waiting.empty();
}

}  // namespace runts::core
