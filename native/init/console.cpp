// The terminal of the container: made on its own devpts before pivot, and never opened by a name that could
// be swapped (CVE-2025-52565, CVE-2026-88264).
#include <asm/termbits.h>
#include <cstring>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "../sys/channel.h"
#include "../sys/decimal.h"
#include "../sys/rights.h"
#include "control.h"
#include "handlers.h"
#include "paths.h"
#include "trees.h"

#ifndef TIOCGPTPEER
#define TIOCGPTPEER 0x5441
#endif

namespace runts::init {
namespace {

constexpr ino_t kPtmxInode = 2;

Result failed(Context &context, std::string_view call, int fd, std::string_view what) {
  int error = errno;
  return Result::failure(error, context.report.call(call).fd(fd).word(what));
}

// Nobody can make a node on devpts, so what is opened without leaving one is no device of the image's.
Result open_master(Context &context, Fd &master) {
  Fd directory;
  constexpr char kPath[] = "/dev/pts";
  Result result = open_in_root(context, plan::Str(kPath, sizeof(kPath) - 1), O_PATH | O_DIRECTORY, directory);
  if (result.failed()) return result;
  struct statfs system;
  if (fstatfs(directory.get(), &system) != 0 || system.f_type != sys::kDevptsMagic) {
    context.report.call("fstatfs").fd(directory.get(), kPath);
    return Result::failure(ENODEV, context.report.detail("a terminal needs a devpts mounted at /dev/pts"));
  }
  constexpr uint64_t kInside =
      sys::kResolveBeneath | sys::kResolveNoXdev | sys::kResolveNoSymlinks | sys::kResolveNoMagiclinks;
  int fd = open_below(directory.get(), "ptmx", O_RDWR | O_NOCTTY, kInside);
  if (fd < 0)
    return Result::failure(
        -fd,
        context.report.call("openat2").fd(directory.get(), kPath).string("ptmx").word("O_RDWR|O_NOCTTY"));
  master.reset(fd);
  struct stat status;
  if (fstat(fd, &status) != 0) return failed(context, "fstat", fd, "ptmx");
  if (S_ISCHR(status.st_mode) && status.st_rdev == makedev(5, 2) && status.st_ino == kPtmxInode)
    return Result::ok();
  return Result::failure(ENXIO, context.report.call("fstat")
                                    .fd(fd, "/dev/pts/ptmx")
                                    .detail("is not the terminal multiplexer (character device 5:2)"));
}

Result open_terminal(Context &context, int master, Fd &terminal, uint32_t &number) {
  int unlocked = 0;
  if (ioctl(master, TIOCSPTLCK, &unlocked) != 0) return failed(context, "ioctl", master, "TIOCSPTLCK");
  if (ioctl(master, TIOCGPTN, &number) != 0) return failed(context, "ioctl", master, "TIOCGPTN");
  terminal.reset(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  return terminal ? Result::ok() : failed(context, "ioctl", master, "TIOCGPTPEER");
}

// What the runtime relays is the program's bytes: line ends are the affair of the terminal that shows them. Others who
// hold a master set it up themselves. Before the program can write, since this runs before it is executed.
Result keep_line_ends(Context &context, int master) {
  termios mode;
  if (ioctl(master, TCGETS, &mode) != 0) return failed(context, "ioctl", master, "TCGETS");
  mode.c_oflag &= ~static_cast<tcflag_t>(ONLCR);
  return ioctl(master, TCSETS, &mode) == 0 ? Result::ok() : failed(context, "ioctl", master, "TCSETS");
}

// `/dev/pts/<number>`; its size.
size_t terminal_name(uint32_t number, char (&out)[32]) {
  constexpr std::string_view kPrefix = "/dev/pts/";
  memcpy(out, kPrefix.data(), kPrefix.size());
  return static_cast<size_t>(put_decimal(out + kPrefix.size(), number) - out);
}

// What receivers of --console-socket expect: the name as data, the master as the only descriptor.
Result send_master(Context &context, const plan::Console &step, int master, uint32_t number) {
  if (!step.slot) {
    int error = tell(context, channel::plain(protocol::Type::Console, context.step), master);
    return error == 0
               ? Result::ok()
               : Result::failure(-error, context.report.call("sendmsg").fd(context.control.get(), "control"));
  }
  Fd socket = take_slot(context, step.slot);
  if (!socket) return no_such_slot(context, step.slot);
  char name[32];
  ssize_t sent = send_rights(socket.get(), {name, terminal_name(number, name)}, {&master, 1});
  if (sent >= 0) return Result::ok();
  errno = static_cast<int>(-sent);
  return failed(context, "sendmsg", socket.get(), "console socket");
}

Result become_stdio(Context &context, int terminal) {
  if (setsid() < 0 && errno != EPERM) return failed(context, "setsid", terminal, "");
  if (ioctl(terminal, TIOCSCTTY, 0) != 0) return failed(context, "ioctl", terminal, "TIOCSCTTY");
  for (int fd = 0; fd < 3; fd++) {
    if (dup2(terminal, fd) < 0) return failed(context, "dup2", terminal, "stdio");
  }
  return Result::ok();
}

Result mount_terminal(Context &context, const plan::Str &path, int terminal) {
  ParentAndName at;
  Fd target, tree;
  if (Result result = open_parent(context, path, at); result.failed()) return result;
  if (Result result = open_placeholder(context, at, target); result.failed()) return result;
  if (Result result = clone_tree(context, terminal, false, tree); result.failed()) return result;
  return attach(context, tree.get(), target.get(), path);
}

}  // namespace

Result run(Context &context, const plan::Console &step) {
  Fd master, terminal;
  uint32_t number = 0;
  if (Result result = open_master(context, master); result.failed()) return result;
  if (Result result = open_terminal(context, master.get(), terminal, number); result.failed()) return result;
  if (step.width && step.height) {
    winsize size{};
    size.ws_col = static_cast<unsigned short>(step.width);
    size.ws_row = static_cast<unsigned short>(step.height);
    if (ioctl(master.get(), TIOCSWINSZ, &size) != 0)
      return failed(context, "ioctl", master.get(), "TIOCSWINSZ");
  }
  if (step.mount) {
    constexpr char kConsole[] = "/dev/console";
    plan::Str path = step.path.empty() ? plan::Str(kConsole, sizeof(kConsole) - 1) : step.path;
    if (Result result = mount_terminal(context, path, terminal.get()); result.failed()) return result;
  }
  if (!step.slot) {
    if (Result result = keep_line_ends(context, master.get()); result.failed()) return result;
  }
  if (Result result = send_master(context, step, master.get(), number); result.failed()) return result;
  return become_stdio(context, terminal.get());
}

}  // namespace runts::init
