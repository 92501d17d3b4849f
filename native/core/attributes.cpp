// What the host sets of the process that the plan has made, and of the thread that makes it.
#include <cerrno>
#include <sys/resource.h>

#include "../sys/syscalls.h"
#include "files.h"
#include "steps.h"

namespace runts::core {
namespace {

constexpr size_t kMaxCpus = 8192;
constexpr size_t kBits = 64;

Status no_process(const char *step) {
  return failed(EPROTO, "the plan", std::string(step) + " comes before a process is made");
}

}  // namespace

Status map_ids(const plan::IdMap &step, Context &context) {
  if (!context.process.pid) return no_process("id-map");
  IdMaps maps{step.uid_mappings, step.gid_mappings, step.deny_setgroups, step.uid_tool, step.gid_tool};
  Status status = write_id_maps(context.process.pid, maps);
  if (status.error == EPERM && status.detail.empty()) {
    status.detail = "mapping more than the caller's own id needs CAP_SETUID and CAP_SETGID";
  }
  return status;
}

Status set_oom_score(const plan::OomScore &step, Context &context) {
  if (!context.process.pid) return no_process("oom-score");
  int fd = open_process_directory(context.process.pid);
  Fd process(fd);
  int error = fd < 0 ? fd : write_file_at(fd, "oom_score_adj", std::to_string(step.value));
  if (!error) return done();
  Report report;
  report.call("write")
      .string("/proc/" + std::to_string(context.process.pid) + "/oom_score_adj")
      .number(step.value);
  if (error == -EACCES || error == -EPERM)
    report.detail("a lower value than the caller's needs CAP_SYS_RESOURCE");
  return failed(error, report);
}

Status set_rlimit(const plan::Rlimit &step, Context &context) {
  if (!context.process.pid) return no_process("rlimit");
  rlimit64 limit{step.soft, step.hard};
  long error = sys::call(SYS_prlimit64, context.process.pid, step.type, &limit, nullptr);
  if (error == 0) return done();
  Report report;
  report.call("prlimit64").number(context.process.pid).number(step.type);
  report.word(std::to_string(step.soft)).word(std::to_string(step.hard));
  if (error == -EPERM) {
    report.detail("it takes CAP_SYS_RESOURCE to raise a hard limit, or to set any of another user's process");
  }
  return failed(static_cast<int>(error), report);
}

Status set_affinity(const plan::CpuAffinity &step, Context &context) {
  std::vector<uint64_t> mask(kMaxCpus / kBits), before(kMaxCpus / kBits);
  for (uint32_t cpu : step.cpus) {
    if (cpu < kMaxCpus) mask[cpu / kBits] |= uint64_t{1} << (cpu % kBits);
  }
  if (context.affinity_before.empty() &&
      sys::call(SYS_sched_getaffinity, 0, kMaxCpus / 8, before.data()) > 0) {
    context.affinity_before = std::move(before);
  }
  long error = sys::call(SYS_sched_setaffinity, 0, kMaxCpus / 8, mask.data());
  if (error == 0) return done();
  Report report;
  report.call("sched_setaffinity").number(0);
  if (error == -EINVAL) report.detail("none of these CPUs is there for this process");
  return failed(static_cast<int>(error), report);
}

void restore_affinity(Context &context) {
  if (context.affinity_before.empty()) return;
  sys::call(SYS_sched_setaffinity, 0, kMaxCpus / 8, context.affinity_before.data());
}

}  // namespace runts::core
