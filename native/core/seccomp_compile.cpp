#include <cerrno>
#include <memory>
#include <mutex>
#include <seccomp.h>

#include "files.h"
#include "memfd.h"
#include "seccomp.h"
#include "seccomp_search.h"

namespace runts::core {
namespace {

// Below this a list is as fast as a tree, and libseccomp up to 2.5.4 makes a wrong tree of no rules at all.
constexpr size_t kTreeFrom = 16;
constexpr uint32_t kArguments = 6;

struct Release {
  void operator()(void *context) const { seccomp_release(context); }
};
using Filter = std::unique_ptr<void, Release>;

uint32_t action_of(uint32_t action, uint32_t data) {
  bool has_data = action == SCMP_ACT_ERRNO(0) || action == SCMP_ACT_TRACE(0);
  return has_data ? action | (data & 0xffff) : action;
}

Status libseccomp_failed(int error, const char *call, std::string_view argument) {
  Report report;
  report.call(call).string(argument);
  return failed(error, report);
}

Status add_architectures(scmp_filter_ctx filter, const plan::List<plan::Str> &names) {
  for (const plan::Str &name : names) {
    uint32_t token = seccomp_arch_resolve_name(name.c_str());
    if (!token) {
      Status status = libseccomp_failed(EINVAL, "seccomp_arch_resolve_name", name);
      status.detail = "libseccomp " + seccomp_version() + " does not know this architecture";
      return status;
    }
    int error = seccomp_arch_add(filter, token);
    if (error < 0 && error != -EEXIST) return libseccomp_failed(error, "seccomp_arch_add", name);
  }
  return done();
}

using Conditions = std::vector<scmp_arg_cmp>;

// Two conditions on one argument cannot stand in one rule of libseccomp; as in runc, each is then a rule of
// its own.
bool repeats_argument(const Conditions &conditions) {
  bool seen[kArguments] = {};
  for (const scmp_arg_cmp &condition : conditions) {
    if (seen[condition.arg]) return true;
    seen[condition.arg] = true;
  }
  return false;
}

int add_rule(scmp_filter_ctx filter, uint32_t action, int number, const Conditions &conditions) {
  if (!repeats_argument(conditions)) {
    return seccomp_rule_add_array(filter, action, number, static_cast<unsigned>(conditions.size()),
                                  conditions.data());
  }
  for (const scmp_arg_cmp &condition : conditions) {
    if (int error = seccomp_rule_add_array(filter, action, number, 1, &condition); error < 0) return error;
  }
  return 0;
}

Status add_rules(scmp_filter_ctx filter, const plan::SeccompCompileRules &rule, const plan::SeccompCompile &step) {
  uint32_t default_action = action_of(step.default_action, step.default_errno);
  uint32_t action = action_of(rule.action, rule.errno_);
  // libseccomp refuses a rule that says what the default says.
  if (action == default_action) return done();
  Conditions conditions;
  for (const auto &arg : rule.args) {
    if (arg.index >= kArguments) return failed(EINVAL, "the plan", "a system call has only six arguments");
    conditions.push_back({arg.index, static_cast<scmp_compare>(arg.op), arg.value, arg.value_two});
  }
  for (const plan::Str &name : rule.names) {
    int number = seccomp_syscall_resolve_name(name.c_str());
    // Nothing can be said of its number: runc and crun skip it too, unless the bundle says otherwise.
    if (number == __NR_SCMP_ERROR) {
      if (!step.fail_unknown) continue;
      Status status = libseccomp_failed(EINVAL, "seccomp_syscall_resolve_name", name);
      status.detail = "libseccomp " + seccomp_version() + " does not know this system call";
      return status;
    }
    int error = add_rule(filter, action, number, conditions);
    if (error < 0) return libseccomp_failed(error, "seccomp_rule_add", name);
  }
  return done();
}

Status export_program(scmp_filter_ctx filter, Program &program) {
  Fd file;
  if (Status status = make_memfd("runts-seccomp", file); !status.ok()) return status;
  int error = seccomp_export_bpf(filter, file.get());
  if (error < 0) return failed(error, "seccomp_export_bpf()");
  off_t size = lseek(file.get(), 0, SEEK_END);
  if (size < 0) return failed(errno, "lseek()");
  size_t before = program.size();
  program.resize(before + static_cast<size_t>(size) / sizeof(sock_filter));
  ssize_t got = pread(file.get(), program.data() + before, static_cast<size_t>(size), 0);
  return got == size ? done() : failed(got < 0 ? errno : EIO, "pread()");
}

}  // namespace

Status compile_seccomp(const plan::SeccompCompile &step, Program &program) {
  static std::mutex *one_at_a_time = new std::mutex;
  std::lock_guard lock(*one_at_a_time);
  uint32_t default_action = action_of(step.default_action, step.default_errno);
  Filter filter(seccomp_init(default_action));
  if (!filter) return failed(EINVAL, "seccomp_init()");
  if (Status status = add_architectures(filter.get(), step.architectures); !status.ok()) return status;
  int error = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_NNP, 0);
  if (error < 0) return failed(error, "seccomp_attr_set(SCMP_FLTATR_CTL_NNP, 0)");
  size_t names = 0;
  for (const auto &rule : step.rules) names += rule.names.size();
  // Best effort: it came with libseccomp 2.5.0.
  if (names > kTreeFrom) seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
  for (const auto &rule : step.rules) {
    if (Status status = add_rules(filter.get(), rule, step); !status.ok()) return status;
  }
  program = enosys_stub(step);
  if (Status status = export_program(filter.get(), program); !status.ok()) return status;
  shorten(program);
  return done();
}

}  // namespace runts::core
