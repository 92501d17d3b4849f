// Children that never copy the caller's memory: clone3(CLONE_VM) on a stack of their own, then at once
// execveat(2), which the cloning thread waits for.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "../sys/fd.h"
#include "status.h"

namespace runts::core {

// A descriptor of the child: `from` of this process (-1: /dev/null) becomes `to`.
struct Place {
  int from;
  int to;
  bool close_on_exec = false;
};

// What to run. The child has the placed descriptors and no other, default signal actions and nothing blocked.
struct Spawn {
  uint64_t namespaces = 0;
  int cgroup = -1;  // -1: the caller's
  std::vector<Place> places;
  bool own_group = false;      // a process group of its own
  int program = -1;            // descriptor of the program, or
  const char *path = nullptr;  // its path
  std::vector<const char *> args;
  std::vector<const char *> env;
};

struct Child {
  int pid = 0;
  Fd pidfd;
};

// Gives the child once it has executed the program; the failure of that is the failure of this.
Status spawn(const Spawn &request, Child &child);

// Calls `use` with a child in new namespaces that only waits; it is killed and reaped after that.
Status with_holder(uint64_t namespaces, const std::function<Status(const Child &)> &use);

// How a child ended: an exit status, or a signal.
struct Ending {
  bool signaled = false;
  int number = 0;
  // `exit code 1`, `killed by signal 9`
  std::string text() const;
};

// Waits for a child to end and reaps it; nothing after `timeout_ms` (-1: no limit), or if it is not our
// child.
std::optional<Ending> reap(const Fd &pidfd, int timeout_ms);

// SIGKILL, and then the same.
std::optional<Ending> kill_and_reap(const Fd &pidfd);

}  // namespace runts::core
