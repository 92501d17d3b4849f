// The namespaces of the process, and what is set inside a new one.
#include <cstring>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "../sys/channel.h"
#include "../sys/decimal.h"
#include "../sys/raw.h"
#include "control.h"
#include "handlers.h"
#include "own_files.h"

namespace runts::init {
namespace {

constexpr uint64_t kNewUser = 0x10000000;
constexpr uint64_t kNewMount = 0x00020000;
constexpr uint64_t kNewTime = 0x00000080;
constexpr int kKeyctlJoinSession = 1;
constexpr int kKeyctlSetPerm = 5;
constexpr int kKeyctlDescribe = 6;
constexpr uint32_t kKeyUserSearch = 0x00080000;
constexpr uint32_t kKeyOtherSearch = 0x00000008;

// Descriptors that belong to the namespaces of before mean something else now.
void entered(Context &context, uint64_t namespaces) {
  if (namespaces & kNewUser) context.in_user_namespace = true;
  if (namespaces & kNewMount) context.root.reset();
  if (namespaces & kNewTime) context.time_for_children = true;
}

// `type;uid;gid;perm;description`: the fourth field, in hexadecimal. False where there is none.
bool key_permissions(std::string_view text, uint32_t &out) {
  for (int i = 0; i < 3; i++) {
    size_t at = text.find(';');
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + 1);
  }
  out = 0;
  size_t digits = 0;
  for (char c : text) {
    int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (digit < 0) break;
    out = out << 4 | static_cast<uint32_t>(digit);
    digits++;
  }
  return digits > 0;
}

void put_text(char *&at, std::string_view text) {
  memcpy(at, text.data(), text.size());
  at += text.size();
}

}  // namespace

Result run(Context &context, const plan::Join &step) {
  int fd = slot_fd(context, step.slot);
  if (fd < 0) return no_such_slot(context, step.slot);
  int error = sys::setns(fd, static_cast<int>(step.namespaces));
  if (error < 0)
    return Result::failure(-error,
                           context.report.call("setns").fd(fd).flags(step.namespaces, kNamespaceNames));
  entered(context, step.namespaces);
  return Result::ok();
}

Result run(Context &context, const plan::Unshare &step) {
  bool privileged = geteuid() == 0;
  int error = sys::unshare(step.namespaces);
  if (error < 0)
    return Result::failure(-error, context.report.call("unshare").flags(step.namespaces, kNamespaceNames));
  entered(context, step.namespaces);
  // An unprivileged runtime may write the id maps of a dumpable process only; become-root ends it. Nobody
  // else is in the new user namespace.
  if ((step.namespaces & kNewUser) && !privileged) prctl(PR_SET_DUMPABLE, 1);
  return Result::ok();
}

Result run(Context &context, const plan::BecomeRoot &step) {
  long error = step.keep_groups ? 0 : sys::call(SYS_setgroups, 0, nullptr);
  // Denied where the maps were made without privilege; then nobody can drop the groups.
  if (error < 0 && error != -EPERM)
    return Result::failure(static_cast<int>(-error), context.report.call("setgroups").number(0));
  error = sys::call(SYS_setresgid, 0, 0, 0);
  if (error < 0) {
    return Result::failure(
        static_cast<int>(-error),
        context.report.call("setresgid").number(0).detail("gid 0 must be mapped in the user namespace"));
  }
  error = sys::call(SYS_setresuid, 0, 0, 0);
  if (error < 0) {
    return Result::failure(
        static_cast<int>(-error),
        context.report.call("setresuid").number(0).detail("uid 0 must be mapped in the user namespace"));
  }
  prctl(PR_SET_DUMPABLE, 0);
  return Result::ok();
}

// In the host's /proc, since a process with a new time namespace for its children is still on the host.
Result run(Context &context, const plan::TimeOffsets &step) {
  char text[128];
  char *at = text;
  put_text(at, "monotonic ");
  at = put_decimal(at, step.monotonic_seconds);
  *at++ = ' ';
  at = put_decimal(at, step.monotonic_nanoseconds);
  put_text(at, "\nboottime ");
  at = put_decimal(at, step.boottime_seconds);
  *at++ = ' ';
  at = put_decimal(at, step.boottime_nanoseconds);
  *at++ = '\n';
  return write_own_file(context, "timens_offsets", std::string_view(text, static_cast<size_t>(at - text)));
}

namespace {

// What the process that forks goes on with. Not on its stack, which is the child's by then.
struct Stage {
  Context *context;
  int pidfd;
  protocol::Message message;
};
Stage stage;
alignas(16) char stage_stack[4096];

// Its memory is the child's, too, which waits until the host knows of it.
[[noreturn]] void leave(void *, long pid) {
  stage.message.pid = static_cast<uint32_t>(pid);
  if (tell(*stage.context, stage.message, stage.pidfd) == 0) _exit(0);
  sys::pidfd_send_signal(stage.pidfd, 9);
  _exit(1);
}

}  // namespace

// The child takes over memory and stack: nothing is copied for a process that has but a word to say. But with the memory a
// child would have the time namespace of before (time_namespaces(7)), so there it gets a copy.
Result run(Context &context, const plan::Fork &step) {
  stage = {&context, -1, channel::plain(protocol::Type::Forked, context.step + 1)};
  sys::CloneArgs args{};
  args.flags = sys::kCloneParent | sys::kClonePidfd | step.namespaces;
  if (!context.time_for_children) args.flags |= sys::kCloneVm;
  args.pidfd = reinterpret_cast<uint64_t>(&stage.pidfd);
  long pid = raw::clone3_leaving(&args, sizeof(args), stage_stack + sizeof(stage_stack), leave, nullptr);
  if (pid < 0) {
    return Result::failure(static_cast<int>(-pid), context.report.call("clone3")
                                     .word("CLONE_PARENT|CLONE_PIDFD")
                                     .flags(step.namespaces, kNamespaceNames));
  }
  entered(context, step.namespaces);
  context.procfs.reset();
  setsid();
  return Result::ok();
}

Result run(Context &context, const plan::SessionKeyring &step) {
  long ring = sys::call(SYS_keyctl, kKeyctlJoinSession, step.name.c_str(), 0, 0, 0);
  // A kernel without keyrings has nothing to protect.
  if (ring == -ENOSYS) return Result::ok();
  if (ring < 0) {
    return Result::failure(
        static_cast<int>(-ring),
        context.report.call("keyctl").word("KEYCTL_JOIN_SESSION_KEYRING").string(step.name));
  }
  char text[256];
  long size = sys::call(SYS_keyctl, kKeyctlDescribe, ring, text, sizeof(text), 0);
  uint32_t permissions = 0;
  if (size <= 0 ||
      !key_permissions(std::string_view(text, static_cast<size_t>(size < 256 ? size : 256)), permissions)) {
    return Result::failure(size < 0 ? static_cast<int>(-size) : EBADMSG,
                           context.report.call("keyctl").word("KEYCTL_DESCRIBE").number(ring));
  }
  permissions |= context.in_user_namespace ? kKeyOtherSearch : kKeyUserSearch;
  long error = sys::call(SYS_keyctl, kKeyctlSetPerm, ring, permissions, 0, 0);
  if (error < 0) {
    return Result::failure(
        static_cast<int>(-error),
        context.report.call("keyctl").word("KEYCTL_SETPERM").number(ring).hex(permissions));
  }
  return Result::ok();
}

Result run(Context &context, const plan::Loopback &) {
  Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) {
    int error = errno;
    return Result::failure(error, context.report.call("socket").word("AF_INET").word("SOCK_DGRAM"));
  }
  ifreq request{};
  memcpy(request.ifr_name, "lo", 3);
  request.ifr_flags = IFF_UP;
  if (ioctl(socket.get(), SIOCSIFFLAGS, &request) == 0) return Result::ok();
  int error = errno;
  return Result::failure(
      error, context.report.call("ioctl").fd(socket.get()).word("SIOCSIFFLAGS").word("lo").word("IFF_UP"));
}

Result run(Context &context, const plan::Hostname &step) {
  if (sethostname(step.name.c_str(), step.name.size()) == 0) return Result::ok();
  int error = errno;
  return Result::failure(error, context.report.call("sethostname").string(step.name));
}

Result run(Context &context, const plan::Domainname &step) {
  if (setdomainname(step.name.c_str(), step.name.size()) == 0) return Result::ok();
  int error = errno;
  return Result::failure(error, context.report.call("setdomainname").string(step.name));
}

}  // namespace runts::init
