// The times of steps, in a memfd that init writes to as well (native/plan/protocol.h).
#pragma once
#include <cerrno>
#include <cstdint>
#include <ctime>
#include <sys/mman.h>
#include <vector>

#include "memfd.h"

namespace runts::core {

class Trace {
 public:
  Trace() = default;
  ~Trace() {
    if (times_) munmap(times_, bytes());
  }
  Trace(const Trace &) = delete;
  Trace &operator=(const Trace &) = delete;

  Status open(uint32_t steps) {
    if (Status status = make_memfd("runts-trace", memfd_); !status.ok()) return status;
    steps_ = steps;
    if (ftruncate(memfd_.get(), static_cast<off_t>(bytes())) != 0) return failed(errno, "ftruncate()");
    void *at = mmap(nullptr, bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, memfd_.get(), 0);
    if (at == MAP_FAILED) return failed(errno, "mmap()");
    times_ = static_cast<uint64_t *>(at);
    return done();
  }
  int fd() const { return memfd_.get(); }
  void begin(uint32_t step) { set(2 * step); }
  void end(uint32_t step) { set(2 * step + 1); }
  std::vector<uint64_t> times() const {
    return times_ ? std::vector<uint64_t>(times_, times_ + 2 * steps_) : std::vector<uint64_t>();
  }

 private:
  // Not empty, so that a plan without steps can be mapped too.
  size_t bytes() const { return (steps_ ? steps_ : 1) * 2 * sizeof(uint64_t); }
  void set(size_t index) {
    if (!times_ || index >= 2 * steps_) return;
    timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    times_[index] = static_cast<uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(now.tv_nsec);
  }
  Fd memfd_;
  uint64_t *times_ = nullptr;
  size_t steps_ = 0;
};

}  // namespace runts::core
