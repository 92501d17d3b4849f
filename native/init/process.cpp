// Attributes of the process that are one system call each.
#include <cstring>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "../sys/decimal.h"
#include "handlers.h"
#include "own_files.h"

namespace runts::init {
namespace {

constexpr uint32_t kMostNodes = 1024;
constexpr uint32_t kMostProcessors = 8192;
constexpr uint32_t kBits = 8 * sizeof(unsigned long);
constexpr int kIoprioWhoProcess = 1;
constexpr int kIoprioClassShift = 13;

// sched_setattr(2), first version of the structure.
struct SchedAttr {
  uint32_t size;
  uint32_t policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime;
  uint64_t deadline;
  uint64_t period;
};

}  // namespace

Result run(Context &context, const plan::Rlimit &step) {
  struct {
    uint64_t soft, hard;
  } limit{step.soft, step.hard};
  long error = sys::call(SYS_prlimit64, 0, step.type, &limit, nullptr);
  if (error == 0) return Result::ok();
  Report &report =
      context.report.call("prlimit64").number(0).number(step.type).number(static_cast<int64_t>(step.soft));
  return Result::failure(static_cast<int>(-error), report.number(static_cast<int64_t>(step.hard)));
}

Result run(Context &context, const plan::OomScore &step) {
  char text[kDigits64 + 1];
  char *end = put_decimal(text, step.value);
  return write_own_file(context, "oom_score_adj", std::string_view(text, static_cast<size_t>(end - text)));
}

Result run(Context &context, const plan::Umask &step) {
  context.umask = step.mode;
  umask(step.mode);
  return Result::ok();
}

Result run(Context &context, const plan::Personality &step) {
  if (personality(step.domain) >= 0) return Result::ok();
  int error = errno;
  return Result::failure(error, context.report.call("personality").hex(step.domain));
}

Result run(Context &context, const plan::Scheduler &step) {
  SchedAttr attr{
      sizeof(SchedAttr), step.policy,   step.flags, step.nice, static_cast<uint32_t>(step.priority),
      step.runtime,      step.deadline, step.period};
  long error = sys::call(SYS_sched_setattr, 0, &attr, 0);
  if (error == 0) return Result::ok();
  Report &report = context.report.call("sched_setattr")
                       .number(step.policy)
                       .number(step.nice)
                       .number(step.priority)
                       .hex(step.flags);
  report.number(static_cast<int64_t>(step.runtime)).number(static_cast<int64_t>(step.deadline));
  return Result::failure(static_cast<int>(-error), report.number(static_cast<int64_t>(step.period)));
}

Result run(Context &context, const plan::IoPriority &step) {
  uint32_t value = step.class_ << kIoprioClassShift | step.priority;
  long error = sys::call(SYS_ioprio_set, kIoprioWhoProcess, 0, value);
  if (error == 0) return Result::ok();
  return Result::failure(static_cast<int>(-error),
                         context.report.call("ioprio_set").word("IOPRIO_WHO_PROCESS").number(0).hex(value));
}

Result run(Context &context, const plan::CpuAffinity &step) {
  unsigned long mask[kMostProcessors / kBits]{};
  Report &report = context.report.call("sched_setaffinity").number(0);
  for (uint32_t cpu : step.cpus) {
    if (cpu >= kMostProcessors)
      return Result::failure(EINVAL, report.number(cpu).detail("a processor above 8191"));
    mask[cpu / kBits] |= 1ul << (cpu % kBits);
  }
  long error = sys::call(SYS_sched_setaffinity, 0, sizeof(mask), mask);
  if (error >= 0) return Result::ok();
  report.hex(mask[0]);
  if (error == -EINVAL) report.detail("none of the processors is on-line and allowed by the cpuset");
  return Result::failure(static_cast<int>(-error), report);
}

Result run(Context &context, const plan::MemoryPolicy &step) {
  unsigned long mask[kMostNodes / kBits]{};
  uint32_t last = 0;
  Report &report = context.report.call("set_mempolicy").hex(step.mode | step.flags);
  for (uint32_t node : step.nodes) {
    if (node >= kMostNodes) return Result::failure(EINVAL, report.number(node).detail("a node above 1023"));
    mask[node / kBits] |= 1ul << (node % kBits);
    last = node > last ? node : last;
  }
  // The kernel takes one off the number of bits.
  long error = step.nodes.empty() ? sys::call(SYS_set_mempolicy, step.mode | step.flags, nullptr, 0)
                                  : sys::call(SYS_set_mempolicy, step.mode | step.flags, mask, last + 2);
  return error == 0 ? Result::ok() : Result::failure(static_cast<int>(-error), report.hex(mask[0]));
}

Result run(Context &context, const plan::NoNewPrivileges &) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) return Result::ok();
  int error = errno;
  return Result::failure(error, context.report.call("prctl").word("PR_SET_NO_NEW_PRIVS").number(1));
}

// The C library's getcwd would look for a way to the root by itself; the kernel's says plainly that there is
// none (CVE-2024-21626).
Result run(Context &context, const plan::Cwd &step) {
  if (chdir(step.path.c_str()) != 0) {
    int error = errno;
    return Result::failure(error, context.report.call("chdir").string(step.path));
  }
  char now[PATH_MAX];
  long size = sys::call(SYS_getcwd, now, sizeof(now));
  if (size > 0 && now[0] == '/') return Result::ok();
  context.report.call("getcwd").string(size > 0 ? std::string_view(now, static_cast<size_t>(size - 1))
                                                : std::string_view());
  return Result::failure(size < 0 ? static_cast<int>(-size) : EXDEV,
                         context.report.detail("cwd is outside of the container root"));
}

}  // namespace runts::init
