// User, groups and capabilities.
#include <linux/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "handlers.h"

namespace runts::init {
namespace {

struct Sets {
  uint64_t effective;
  uint64_t permitted;
  uint64_t inheritable;
};

long get_capabilities(Sets &sets) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2]{};
  long error = sys::call(SYS_capget, &header, data);
  auto join = [](uint32_t low, uint32_t high) { return low | static_cast<uint64_t>(high) << 32; };
  sets.effective = join(data[0].effective, data[1].effective);
  sets.permitted = join(data[0].permitted, data[1].permitted);
  sets.inheritable = join(data[0].inheritable, data[1].inheritable);
  return error;
}

Result set_capabilities(Context &context, const Sets &sets) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2]{};
  for (int i = 0; i < 2; i++) {
    data[i].effective = static_cast<uint32_t>(sets.effective >> (32 * i));
    data[i].permitted = static_cast<uint32_t>(sets.permitted >> (32 * i));
    data[i].inheritable = static_cast<uint32_t>(sets.inheritable >> (32 * i));
  }
  long error = sys::call(SYS_capset, &header, data);
  if (error == 0) return Result::ok();
  Report &report =
      context.report.call("capset").hex(sets.effective).hex(sets.permitted).hex(sets.inheritable);
  return Result::failure(static_cast<int>(-error), report);
}

// What the runtime itself has not got cannot be given: the specification wants that to be no error.
Result apply(Context &context, const Sets &wanted) {
  Sets now;
  if (long error = get_capabilities(now); error != 0) {
    return Result::failure(static_cast<int>(-error), context.report.call("capget"));
  }
  Sets sets;
  sets.permitted = wanted.permitted & now.permitted;
  sets.effective = wanted.effective & sets.permitted;
  sets.inheritable = wanted.inheritable & (now.permitted | now.inheritable);
  return set_capabilities(context, sets);
}

Result drop_bounding(Context &context, uint64_t keep) {
  for (unsigned capability = 0; capability < 64; capability++) {
    if (keep >> capability & 1) continue;
    long error = sys::call(SYS_prctl, PR_CAPBSET_DROP, capability, 0, 0, 0);
    // Above the last that the kernel knows.
    if (error == -EINVAL) return Result::ok();
    if (error == 0 || sys::call(SYS_prctl, PR_CAPBSET_READ, capability, 0, 0, 0) == 0) continue;
    return Result::failure(static_cast<int>(-error),
                           context.report.call("prctl").word("PR_CAPBSET_DROP").number(capability));
  }
  return Result::ok();
}

// One that is not permitted and inheritable cannot be raised; that is no error either.
void raise_ambient(uint64_t ambient) {
  sys::call(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  for (unsigned capability = 0; capability < 64; capability++) {
    if (ambient >> capability & 1)
      sys::call(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
  }
}

// The null device is everybody's, and a file or directory is the host's, whoever may write to it by the descriptor.
bool may_be_given(const struct stat &status) {
  if (S_ISCHR(status.st_mode)) return status.st_rdev != makedev(1, 3);
  return S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode);
}

// Standard descriptors belong to the user of the container, so that it can open its own terminal; a pipe to its
// group as well, where a terminal keeps that of its file system. What cannot be given stays as it is.
Result give_stdio(Context &context, uint32_t uid, uint32_t user_gid) {
  for (int fd = 0; fd < 3; fd++) {
    struct stat status;
    if (fstat(fd, &status) != 0) continue;
    bool keeps_group = !S_ISFIFO(status.st_mode) || status.st_gid == user_gid;
    if (!may_be_given(status) || (status.st_uid == uid && keeps_group)) continue;
    gid_t gid = keeps_group ? static_cast<gid_t>(-1) : user_gid;
    if (fchown(fd, uid, gid) == 0) continue;
    int error = errno;
    if (error == EPERM || error == EROFS || error == EINVAL) continue;
    return Result::failure(error, context.report.call("fchown").fd(fd, "stdio").number(uid).number(user_gid));
  }
  return Result::ok();
}

Result set_groups(Context &context, const plan::List<uint32_t> &groups) {
  constexpr uint32_t kMostGroups = 65536;
  if (groups.size() > kMostGroups)
    return Result::failure(EINVAL, context.report.call("setgroups").number(groups.size()));
  uint32_t some[64];
  uint32_t *all = some;
  size_t bytes = groups.size() * sizeof(uint32_t);
  if (bytes > sizeof(some)) {
    void *memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
      return Result::failure(ENOMEM, context.report.call("mmap").number(static_cast<int64_t>(bytes)));
    all = static_cast<uint32_t *>(memory);
  }
  uint32_t count = 0;
  for (uint32_t group : groups) all[count++] = group;
  long error = sys::call(SYS_setgroups, count, all);
  if (error == 0) return Result::ok();
  Report &report = context.report.call("setgroups").number(count);
  if (error == -EINVAL) report.detail("every group must be mapped in the user namespace");
  return Result::failure(static_cast<int>(-error), report);
}

Result set_ids(Context &context, uint32_t uid, uint32_t gid) {
  long error = sys::call(SYS_setresgid, gid, gid, gid);
  if (error < 0) {
    Report &report = context.report.call("setresgid").number(gid).number(gid).number(gid);
    if (error == -EINVAL) report.detail("the gid must be mapped in the user namespace");
    return Result::failure(static_cast<int>(-error), report);
  }
  error = sys::call(SYS_setresuid, uid, uid, uid);
  if (error < 0) {
    Report &report = context.report.call("setresuid").number(uid).number(uid).number(uid);
    if (error == -EINVAL) report.detail("the uid must be mapped in the user namespace");
    return Result::failure(static_cast<int>(-error), report);
  }
  return Result::ok();
}

}  // namespace

Result run(Context &context, const plan::User &step) {
  sys::call(SYS_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0);
  if (Result result = give_stdio(context, step.uid, step.gid); result.failed()) return result;
  if (step.set_groups) {
    if (Result result = set_groups(context, step.groups); result.failed()) return result;
  }
  if (Result result = set_ids(context, step.uid, step.gid); result.failed()) return result;
  sys::call(SYS_prctl, PR_SET_KEEPCAPS, 0, 0, 0, 0);
  // Other ids make a process what fs.suid_dumpable says.
  sys::call(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
  // Those that were kept are permitted only; the steps that follow still need them.
  Sets now;
  if (get_capabilities(now) != 0 || now.effective == now.permitted) return Result::ok();
  now.effective = now.permitted;
  return set_capabilities(context, now);
}

Result run(Context &context, const plan::Capabilities &step) {
  if (Result result = drop_bounding(context, step.bounding); result.failed()) return result;
  Sets sets{step.effective | step.retain, step.permitted | step.retain, step.inheritable};
  if (Result result = apply(context, sets); result.failed()) return result;
  raise_ambient(step.ambient);
  return Result::ok();
}

Result run(Context &context, const plan::CapabilitiesFinal &step) {
  return apply(context, Sets{step.effective, step.permitted, step.inheritable});
}

}  // namespace runts::init
