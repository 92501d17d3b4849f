// What the host's steps of one execution share.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "cgroup.h"
#include "execute.h"
#include "spawn.h"
#include "trace.h"

namespace runts::core {

// A descriptor that a step has made for init, and its slot.
struct Made {
  uint32_t slot;
  Fd fd;
};

struct Context {
  Context(std::string_view plan_bytes, const Options &given) : plan(plan_bytes), options(given) {}

  std::string_view plan;
  const Options &options;
  Trace trace;
  Cgroup cgroup;
  // The process that runs init's steps, and what leads to it.
  Child process;
  Fd channel;
  std::vector<Made> made;
  Fd console;
  // How the CPUs of this thread were set before a step changed them; empty: unchanged.
  std::vector<uint64_t> affinity_before;
  // In the order of the steps; called from the last to the first when a later step fails.
  std::vector<std::function<void()>> undo;
  // A failure that init has told of: its step. `of_create`: in the plan that made the container.
  int reported_step = -1;
  bool of_create = false;
};

}  // namespace runts::core
