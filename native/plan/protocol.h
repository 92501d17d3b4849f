// The control channel between the host's executor and init: one SOCK_SEQPACKET socket, one message a packet.
//
// A plan is one ordered list; the side that owns the next step runs. A side that comes to a step of the other side
// sends what it made for the other (Slots), then Baton, and waits. Losing the peer ends both: init exits, the host undoes.
//
//   start    The host sends Slots and one Baton whose step is the first of init; init waits for it before anything else.
//   turns    At a step of the host init sends Baton(that step); the host runs from there to the next step of init and
//            sends Slots and Baton(that next step). A Baton that skips a step of its receiver is an error.
//   fork     The stage sends Forked(the next step) with the pidfd and exits. The child waits. The host then runs its own
//            steps, if any come next, and sends Baton; so Forked is always before anything that the child says.
//   created  A step of the host like any other for init. Once the host has sent the Baton back, it closes its end.
//   start    `await-start` accepts a connection, which takes the place of the control channel. The host sends Slots and one
//            Baton, whose step means nothing: the plan is another one. A connection that ends before Executing ends init.
//   execve   Init sends Executing(the step of execve) before it, or already before `seccomp`, as a filter may forbid it.
//            The channel is close-on-exec: its end after Executing is success; Failed may still come in between. Its end
//            without Executing or Failed means that init has died.
//
#pragma once
#include <cstdint>

namespace runts::protocol {

enum class Type : uint32_t {
  // Descriptors (SCM_RIGHTS) for slots[0..count), in order.
  Slots = 1,
  // The receiver's turn, from `step` on. To init: `pid` is its own as the host sees it; 0 where that is not known.
  Baton = 2,
  // From the stage process: it has cloned; `pid` as seen from the stage's pid namespace (the host's), a pidfd attached.
  // The child goes on with the list at `step`; the stage exits with 0.
  Forked = 3,
  // The master of a terminal for the host itself is attached.
  Console = 4,
  // About to execve step `step`; the end of the channel after this is success, a Failed may still come.
  Executing = 5,
  // Step `step` failed with `error` (an errno); `text` names the call with its arguments, and after a NUL any detail
  // (such as what the file system said of its options).
  Failed = 6,
};

inline constexpr uint32_t kMaxText = 1024;
inline constexpr uint32_t kMaxFds = 16;

struct Message {
  Type type;
  uint32_t step;
  int32_t error;
  uint32_t pid;
  uint32_t count;
  uint32_t slots[kMaxFds];
  uint32_t text_size;
  char text[kMaxText];
};

// What is sent of a message: all before text, and text_size bytes of it.
inline constexpr uint32_t kHead = sizeof(Message) - kMaxText;

// Slots are numbers from 1 to kMaxSlots - 1.
inline constexpr uint32_t kMaxSlots = 512;

// Arguments of the helper: argv[0] name, argv[1] descriptor of the control channel, argv[2] of the sealed memfd with the
// plan, argv[3] of the trace memfd or "-", argv[4] how many descriptors from 3 up belong to the container's program.
// The trace holds two uint64_t a step: begin and end, CLOCK_REALTIME in nanoseconds (a clock that no time namespace moves).
inline constexpr int kHelperArguments = 5;

// The helper's own descriptors lie at 64 and above, clear of what the container's program gets.
inline constexpr int kFirstOwnFd = 64;

}  // namespace runts::protocol
