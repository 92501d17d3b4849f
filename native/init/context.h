// What the steps of init share, and how they say that they failed. There is one Context, in static memory;
// nothing in init uses the heap.
#pragma once
#include <climits>
#include <cstdint>
#include <sys/types.h>

#include "../plan/plan.h"
#include "../plan/protocol.h"
#include "../sys/fd.h"
#include "../sys/report.h"
#include "../sys/syscalls.h"

namespace runts::init {

// Success, or an errno (0 where the cause is no errno) whose text lies in the Context's report.
class [[nodiscard]] Result {
 public:
  static Result ok() { return Result(false, 0); }
  // The report argument is there so that a failure cannot be made without its text.
  static Result failure(int error, const Report &) { return Result(true, error); }
  bool failed() const { return failed_; }
  int error() const { return error_; }

 private:
  Result(bool failed, int error) : failed_(failed), error_(error) {}
  bool failed_;
  int error_;
};

struct Context {
  Fd control;
  // The rest of the plan, behind the step that runs.
  const plan::View *rest = nullptr;
  uint32_t step = 0;
  // This process in the host's pid namespace, by the host's word.
  uint32_t host_pid = 0;
  Report report;

  int slots[protocol::kMaxSlots];

  // The root descriptor: the container's root file system, before and after pivot. Reached through root_fd().
  Fd root;
  // The directory of the host's tree that it was attached on, until pivot.
  Fd place;
  bool pivoted = false;
  // There is no mount namespace of the container's own: what is attached would be there for others.
  bool shares_mounts = false;
  // A user namespace was made or joined by this plan.
  bool in_user_namespace = false;
  // A time namespace was made for the children of this process.
  bool time_for_children = false;

  // A procfs that no container can have tampered with, see procfs.h. Closed once no later step needs it.
  Fd procfs;
  // Sources of masks: the host's null device, and the attached empty tmpfs.
  Fd null_device;
  Fd empty_directory;

  mode_t umask = 022;
  uint32_t keep = 0;
  bool said_executing = false;
  // `HOME=...`, once it was looked up.
  const char *home = nullptr;
  // Found by find-executable; empty: none yet.
  char executable[PATH_MAX];
};

// A slot's descriptor that stays in the table, or -1.
inline int slot_fd(const Context &context, uint32_t slot) {
  return slot < protocol::kMaxSlots ? context.slots[slot] : -1;
}

// Takes a descriptor out of its slot.
inline Fd take_slot(Context &context, uint32_t slot) {
  int fd = slot_fd(context, slot);
  if (fd >= 0) context.slots[slot] = -1;
  return Fd(fd);
}

inline Result no_such_slot(Context &context, uint32_t slot) {
  return Result::failure(
      EBADF, context.report.words("slot").detail("nothing was sent for slot ").detail_number(slot));
}

}  // namespace runts::init
