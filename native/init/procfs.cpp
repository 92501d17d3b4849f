#include "procfs.h"

#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "../sys/decimal.h"
#include "handlers.h"
#include "paths.h"

namespace runts::init {
namespace {

int make_procfs() {
  int opened = sys::fsopen("proc", sys::kFsopenCloexec);
  if (opened < 0) return opened;
  Fd context(opened);
  int error = sys::fsconfig(context.get(), sys::kFsconfigCreate, nullptr, nullptr, 0);
  if (error < 0) return error;
  return sys::fsmount(context.get(), sys::kFsmountCloexec,
                      sys::kMountAttrNosuid | sys::kMountAttrNodev | sys::kMountAttrNoexec);
}

bool is_procfs_root(int fd) {
  struct stat status;
  return is_procfs(fd) && fstat(fd, &status) == 0 && status.st_ino == sys::kProcRootInode;
}

// A file below a directory of the handle: no symbolic links, no other mounts, no way up.
int open_inside(int directory, const char *path, uint64_t flags) {
  return open_below(
      directory, path, flags | O_NOFOLLOW,
      sys::kResolveBeneath | sys::kResolveNoXdev | sys::kResolveNoSymlinks | sys::kResolveNoMagiclinks);
}

// One write of the whole value, since such files act on each write.
Result write_once(Context &context, int directory, const char *path, std::string_view value) {
  int fd = open_inside(directory, path, O_WRONLY);
  if (fd < 0)
    return Result::failure(
        -fd, context.report.call("openat2").fd(directory, "proc").string(path).word("O_WRONLY"));
  Fd file(fd);
  ssize_t written = write(file.get(), value.data(), value.size());
  int error = written < 0 ? errno : EIO;
  if (written == static_cast<ssize_t>(value.size())) return Result::ok();
  return Result::failure(error, context.report.call("write").fd(file.get(), path).string(value));
}

Result write_label(Context &context, std::string_view attribute, std::string_view value) {
  if (Result result = need_procfs(context); result.failed()) return result;
  char path[64];
  if (!own_procfs_path(context, attribute, path, sizeof(path))) {
    return Result::failure(ENOENT,
                           context.report.call("readlinkat").fd(context.procfs.get(), "proc").string("self"));
  }
  return write_once(context, context.procfs.get(), path, value);
}

// Nothing is mounted over what this process is to find in the host's: its own directory, and in it what is used.
bool is_own_intact(const Context &context) {
  char path[64];
  for (std::string_view name : {"", "fd", "attr", "mountinfo"}) {
    if (!own_procfs_path(context, name, path, sizeof(path))) return false;
    int fd = open_inside(context.procfs.get(), path, O_PATH);
    // A kernel without security modules has no attributes.
    if (fd == -ENOENT && name == "attr") continue;
    Fd found(fd < 0 ? -1 : fd);
    if (!found || !is_procfs(found.get())) return false;
  }
  return true;
}

}  // namespace

bool is_procfs(int fd) {
  struct statfs system;
  return fstatfs(fd, &system) == 0 && system.f_type == sys::kProcMagic;
}

Result need_procfs(Context &context) {
  if (context.procfs) return Result::ok();
  int fd = make_procfs();
  if (fd >= 0) {
    context.procfs.reset(fd);
    return Result::ok();
  }
  Report &report = context.report.call("fsmount").word("proc");
  if (context.pivoted || (fd != -EPERM && fd != -EACCES)) return Result::failure(-fd, report);
  Fd host(open("/proc", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!host || !is_procfs_root(host.get())) {
    return Result::failure(-fd, report.detail("and /proc of the host is no procfs to take instead"));
  }
  context.procfs = std::move(host);
  if (is_own_intact(context)) return Result::ok();
  context.procfs.reset();
  return Result::failure(-fd, report.detail("and something is mounted over files of /proc of the host"));
}

bool own_procfs_path(const Context &context, std::string_view rest, char *out, size_t size) {
  ssize_t got = readlinkat(context.procfs.get(), "self", out, size);
  if (got <= 0 || static_cast<size_t>(got) + rest.size() + 2 > size) return false;
  out[got] = '/';
  memcpy(out + got + 1, rest.data(), rest.size());
  out[static_cast<size_t>(got) + 1 + rest.size()] = 0;
  return true;
}

void descriptor_path(int fd, char (&out)[32]) {
  constexpr std::string_view kPrefix = "self/fd/";
  memcpy(out, kPrefix.data(), kPrefix.size());
  *put_decimal(out + kPrefix.size(), fd) = 0;
}

Result run(Context &context, const plan::Procfs &) { return need_procfs(context); }

Result run(Context &context, const plan::Sysctl &step) {
  if (Result result = need_procfs(context); result.failed()) return result;
  int fd = open_inside(context.procfs.get(), "sys", O_PATH | O_DIRECTORY);
  if (fd < 0)
    return Result::failure(-fd,
                           context.report.call("openat2").fd(context.procfs.get(), "proc").string("sys"));
  Fd directory(fd);
  return write_once(context, fd, step.key.c_str(), step.value);
}

Result run(Context &context, const plan::Apparmor &step) {
  constexpr std::string_view kExec = "exec ";
  char value[NAME_MAX + 1];
  if (kExec.size() + step.profile.size() > sizeof(value)) {
    return Result::failure(ENAMETOOLONG, context.report.call("write").string(step.profile));
  }
  memcpy(value, kExec.data(), kExec.size());
  memcpy(value + kExec.size(), step.profile.data(), step.profile.size());
  std::string_view text(value, kExec.size() + step.profile.size());
  Result result = write_label(context, "attr/apparmor/exec", text);
  if (!result.failed() || result.error() != ENOENT) return result;
  return write_label(context, "attr/exec", text);
}

Result run(Context &context, const plan::Selinux &step) {
  return write_label(context, "attr/exec", step.label);
}

}  // namespace runts::init
