#include "worker.h"

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <sched.h>
#include <sys/stat.h>

#include "../core/own_thread.h"

namespace runts::layer {

struct Worker::Queue {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void(int)>> jobs;
  bool busy = false;
  bool ended = false;
  // -errno where the thread could not be had.
  int error = 0;

  void serve() {
    int own = unshare(CLONE_FS) == 0 ? 0 : -errno;
    if (own == 0) umask(0);
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return ended || !jobs.empty(); });
      if (jobs.empty()) return;
      auto job = std::move(jobs.front());
      jobs.pop_front();
      busy = true;
      lock.unlock();
      job(own);
      job = nullptr;
      lock.lock();
      busy = false;
      changed.notify_all();
    }
  }
};

Worker::Worker() : queue_(std::make_shared<Queue>()) {
  queue_->error = core::start_thread([queue = queue_] { queue->serve(); });
}

Worker::~Worker() {
  std::lock_guard lock(queue_->mutex);
  queue_->ended = true;
  queue_->jobs.clear();
  queue_->changed.notify_all();
}

void Worker::run(std::function<void(int)> job) {
  if (queue_->error != 0) return job(queue_->error);
  std::lock_guard lock(queue_->mutex);
  queue_->jobs.push_back(std::move(job));
  queue_->changed.notify_all();
}

void Worker::drain() {
  std::unique_lock lock(queue_->mutex);
  queue_->jobs.clear();
  queue_->changed.wait(lock, [this] { return !queue_->busy; });
}

}  // namespace runts::layer
