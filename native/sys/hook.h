// A hook while it runs, on either side of the clone: it is handed the state, and what it says on standard error is kept
// for the report. No heap.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "fd.h"
#include "report.h"

namespace runts {

// A moment that never comes.
inline constexpr int64_t kNoDeadline = -1;

// Milliseconds of the monotonic clock, `seconds` from now; kNoDeadline for 0.
int64_t deadline_after(uint32_t seconds);

struct RunningHook {
  Fd pidfd;
  Fd input;   // to its standard input
  Fd errors;  // from its standard error
  // The state in pieces, as far as it was not read yet.
  std::string_view state[3];
  // The beginning of what it said.
  char said[512];
  size_t said_size = 0;
};

// Pipes for the two; the ends of the hook are to become its descriptors 0 and 2. 0 or -errno.
int open_hook_pipes(RunningHook &hook, Fd &their_input, Fd &their_errors);

// Until the hook has ended, which is not reaped then; false where the time was up first. What it says goes on to
// `errors` (-1: nowhere). A hook need not read its state. The caller keeps SIGPIPE away.
bool attend_hook(RunningHook &hook, int errors, int64_t deadline);

// How it ended, with what it said, as the detail of a report.
Report &describe_ending(Report &report, const RunningHook &hook, bool signaled, int number);

}  // namespace runts
