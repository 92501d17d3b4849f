// Waiting that ends at a moment, however often it is interrupted.
#pragma once
#include <chrono>
#include <cstddef>
#include <string>

namespace runts::core {

using Clock = std::chrono::steady_clock;

// For poll(2): never negative.
int milliseconds_left(Clock::time_point deadline);

// Waits for one of the events of poll(2): 1, 0 where the time was up first, or -errno.
int await_events(int fd, short events, Clock::time_point deadline);

// Reads to the end and appends the first `most` bytes; what comes after them is read, too, so that the writer can go on.
// False where the end was not reached in time.
bool read_until(int fd, std::string &out, size_t most, Clock::time_point deadline);

}  // namespace runts::core
