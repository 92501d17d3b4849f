// A thread for what a thread cannot take back, such as joining a namespace.
#pragma once
#include <functional>

namespace runts::core {

// Runs the job on a thread that ends with it, and waits for that; 0, or -errno where there is no thread to be had.
int on_own_thread(const std::function<void()> &job);

}  // namespace runts::core
