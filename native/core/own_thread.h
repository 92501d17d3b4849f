// Threads that are none of the pool's.
#pragma once

#include <functional>

namespace runts::core {

// A thread for what a thread cannot take back, such as joining a namespace.
// Runs the job on a thread that ends with it, and waits for that; 0, or -errno where there is no thread to be had.
int on_own_thread(const std::function<void()> &job);

// Starts a thread on which every signal is blocked, and that nobody waits for; 0, or -errno.
int start_thread(std::function<void()> job);

}  // namespace runts::core
