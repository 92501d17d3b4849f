// Executes a plan: the host's steps here, init's in the process that the plan makes.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "../sys/fd.h"
#include "cancel.h"
#include "status.h"

namespace runts::core {

struct Options {
  // Become 0, 1, 2 of the container's program; -1 is /dev/null. They must stay open until the execution ends.
  int stdio[3] = {-1, -1, -1};
  // Become 3, 4, ...
  std::vector<int> preserve;
  bool trace = false;
  // By which it can be called off; none: it cannot.
  Cancel *cancel = nullptr;
};

struct Outcome {
  Status status;
  // Index of the failed step; -1 where the executor itself failed.
  int step = -1;
  // The failed step belongs to the plan of create, not to the executed one (start).
  bool of_create = false;
  // The container's process, if the plan made one and did not fail. The caller reaps it.
  int pid = 0;
  Fd pidfd;
  uint64_t start_time = 0;
  // Inode number of the open cgroup; 0 without one.
  uint64_t cgroup_inode = 0;
  // The master of a console for the host itself.
  Fd console;
  // Begin and end of each step, nanoseconds since the epoch; 0: did not run.
  std::vector<uint64_t> times;
};

// Blocks to the end of the host's part. Safe on any thread, and on many at a time.
Outcome execute(std::string_view plan, const Options &options);

// Executes a plan that does nothing but remove the cgroup of a container that has ended, the usual deletion. That takes some
// 50 microseconds, less than to hand it to another thread. False, and nothing done, for other plans and where it would wait.
bool execute_at_once(std::string_view plan, const Options &options);

}  // namespace runts::core
