#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <dirent.h>
#include <grp.h>
#include <linux/mempolicy.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "facts.h"
#include "text.h"

extern char **environ;

namespace inspect {

namespace {

struct Name {
  int number;
  const char *name;
};

constexpr Name kRlimits[] = {
    {RLIMIT_CPU, "RLIMIT_CPU"},           {RLIMIT_FSIZE, "RLIMIT_FSIZE"},
    {RLIMIT_DATA, "RLIMIT_DATA"},         {RLIMIT_STACK, "RLIMIT_STACK"},
    {RLIMIT_CORE, "RLIMIT_CORE"},         {RLIMIT_RSS, "RLIMIT_RSS"},
    {RLIMIT_NPROC, "RLIMIT_NPROC"},       {RLIMIT_NOFILE, "RLIMIT_NOFILE"},
    {RLIMIT_MEMLOCK, "RLIMIT_MEMLOCK"},   {RLIMIT_AS, "RLIMIT_AS"},
    {RLIMIT_LOCKS, "RLIMIT_LOCKS"},       {RLIMIT_SIGPENDING, "RLIMIT_SIGPENDING"},
    {RLIMIT_MSGQUEUE, "RLIMIT_MSGQUEUE"}, {RLIMIT_NICE, "RLIMIT_NICE"},
    {RLIMIT_RTPRIO, "RLIMIT_RTPRIO"},     {RLIMIT_RTTIME, "RLIMIT_RTTIME"},
};

std::string limit_text(rlim_t value) {
  return value == RLIM_INFINITY ? "unlimited" : format("%llu", static_cast<unsigned long long>(value));
}

std::vector<Rlimit> rlimits() {
  std::vector<Rlimit> out;
  for (const Name &each : kRlimits) {
    rlimit value{};
    if (getrlimit(static_cast<__rlimit_resource>(each.number), &value) != 0) continue;
    out.push_back({each.name, limit_text(value.rlim_cur), limit_text(value.rlim_max)});
  }
  return out;
}

// sched_setattr(2); the C library has no declaration of it before 2.41.
struct SchedAttr {
  uint32_t size, policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime, deadline, period;
};

Scheduler scheduler() {
  constexpr const char *kPolicies[] = {"SCHED_OTHER", "SCHED_FIFO", "SCHED_RR",      "SCHED_BATCH",
                                       "SCHED_ISO",   "SCHED_IDLE", "SCHED_DEADLINE"};
  SchedAttr attr{};
  if (syscall(SYS_sched_getattr, 0, &attr, sizeof attr, 0) != 0) return {};
  const char *policy = attr.policy < std::size(kPolicies) ? kPolicies[attr.policy] : "SCHED_UNKNOWN";
  return {policy,
          attr.nice,
          attr.priority,
          static_cast<long long>(attr.flags),
          static_cast<long long>(attr.runtime),
          static_cast<long long>(attr.deadline),
          static_cast<long long>(attr.period)};
}

void io_priority(Process &process) {
  constexpr const char *kClasses[] = {"IOPRIO_CLASS_NONE", "IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE",
                                      "IOPRIO_CLASS_IDLE"};
  long value = syscall(SYS_ioprio_get, 1 /* IOPRIO_WHO_PROCESS */, 0);
  process.io_priority = value < 0 ? -1 : static_cast<int>(value & 0x1fff);
  if (value >= 0 && (value >> 13) < 4) process.io_class = kClasses[value >> 13];
}

MemoryPolicy memory_policy() {
  constexpr const char *kModes[] = {
      "MPOL_DEFAULT",        "MPOL_PREFERRED",          "MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_LOCAL",
      "MPOL_PREFERRED_MANY", "MPOL_WEIGHTED_INTERLEAVE"};
  MemoryPolicy out;
  int mode = 0;
  unsigned long nodes[16] = {};
  if (syscall(SYS_get_mempolicy, &mode, nodes, sizeof nodes * 8, nullptr, 0) != 0) return out;
  if (mode & MPOL_F_STATIC_NODES) out.flags.push_back("MPOL_F_STATIC_NODES");
  if (mode & MPOL_F_RELATIVE_NODES) out.flags.push_back("MPOL_F_RELATIVE_NODES");
  if (mode & (1 << 13)) out.flags.push_back("MPOL_F_NUMA_BALANCING");
  size_t plain = static_cast<size_t>(mode & 0x1fff);
  out.mode = plain < std::size(kModes) ? kModes[plain] : "MPOL_UNKNOWN";
  for (size_t node = 0; node < sizeof nodes * 8; node++) {
    if (nodes[node / 64] >> (node % 64) & 1) out.nodes.push_back(format("%zu", node));
  }
  return out;
}

Terminal terminal() {
  Terminal out{};
  winsize size{};
  if (ioctl(0, TIOCGWINSZ, &size) != 0 || !isatty(0)) return out;
  out = {true, read_link("/proc/self/fd/0"), size.ws_row, size.ws_col, tcgetpgrp(0) == getpgrp()};
  return out;
}

std::vector<std::string> signals_of(const std::string &mask) {
  std::vector<std::string> out;
  unsigned long long bits = strtoull(mask.c_str(), nullptr, 16);
  for (int number = 1; number < 32; number++) {
    if (bits >> (number - 1) & 1) out.push_back(signal_name(number));
  }
  return out;
}

void from_status(Process &process) {
  std::string text;
  if (!read_file("/proc/self/status", text)) return;
  for (const std::string &line : split(text, '\n')) {
    size_t colon = line.find(":\t");
    if (colon == std::string::npos) continue;
    std::string name = line.substr(0, colon), value = line.substr(colon + 2);
    if (name == "Cpus_allowed_list") process.cpus = value;
    if (name == "SigIgn") process.ignored_signals = signals_of(value);
    if (name == "SigBlk") process.blocked_signals = signals_of(value);
  }
}

std::vector<OtherProcess> other_processes() {
  std::vector<OtherProcess> out;
  DIR *directory = opendir("/proc");
  if (!directory) return out;
  while (dirent *entry = readdir(directory)) {
    int pid = atoi(entry->d_name);
    if (pid <= 0 || pid == getpid()) continue;
    out.push_back({pid, first_line(format("/proc/%d/comm", pid).c_str())});
  }
  closedir(directory);
  return out;
}

std::vector<unsigned> groups() {
  int count = getgroups(0, nullptr);
  std::vector<unsigned> out(count < 0 ? 0 : static_cast<size_t>(count));
  if (count > 0) getgroups(count, out.data());
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

Process process_facts(int argc, char **argv) {
  Process out{};
  out.pid = getpid();
  out.parent = getppid();
  out.session = getsid(0);
  out.uid = getuid();
  out.gid = getgid();
  out.groups = groups();
  out.umask = umask(0);
  umask(out.umask);
  char buffer[4096];
  if (getcwd(buffer, sizeof buffer)) out.cwd = buffer;
  out.executable = read_link("/proc/self/exe");
  out.args.assign(argv, argv + argc);
  for (char **each = environ; *each; each++) out.env.push_back(*each);
  out.rlimits = rlimits();
  out.scheduler = scheduler();
  io_priority(out);
  out.memory_policy = memory_policy();
  int domain = personality(0xffffffff);
  if (domain >= 0) out.personality = format("0x%x", static_cast<unsigned>(domain));
  out.oom_score_adj = first_line("/proc/self/oom_score_adj");
  out.terminal = terminal();
  from_status(out);
  out.others = other_processes();
  return out;
}

}  // namespace inspect
