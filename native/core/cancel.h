// Calls an execution off from another thread.
#pragma once
#include <atomic>
#include <mutex>

#include "../sys/fd.h"

namespace runts::core {

class Cancel {
 public:
  // The process that the execution waits for is killed, and no further step of the host begins. Any thread, any time.
  void request();
  bool requested() const { return requested_; }

  // While it lives, the execution waits for this process. Without a cancel nothing is done.
  class Waiting {
   public:
    Waiting(Cancel *cancel, const Fd &pidfd);
    ~Waiting();
    Waiting(const Waiting &) = delete;
    Waiting &operator=(const Waiting &) = delete;

   private:
    Cancel *cancel_;
  };

 private:
  std::atomic<bool> requested_ = false;
  std::mutex mutex_;
  int awaited_ = -1;
};

}  // namespace runts::core
