// A thread whose working directory and umask are none of the process's: that is 0, so that files get the modes that they are made with.
#pragma once
#include <functional>
#include <memory>

namespace runts::layer {

class Worker {
 public:
  Worker();
  // What has not begun is dropped.
  ~Worker();
  Worker(const Worker &) = delete;
  Worker &operator=(const Worker &) = delete;

  // One after the other, each with 0, or -errno where there is no such thread; then on the caller's.
  void run(std::function<void(int error)> job);
  // Waits until nothing runs; jobs that have not begun are dropped.
  void drain();

 private:
  struct Queue;
  std::shared_ptr<Queue> queue_;
};

}  // namespace runts::layer
