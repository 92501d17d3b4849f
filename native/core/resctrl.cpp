// Classes of service and monitoring groups of resctrl: directories whose files are written below a checked
// mount.
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

#include "../sys/syscalls.h"
#include "files.h"
#include "steps.h"

namespace runts::core {
namespace {

constexpr long kResctrlMagic = 0x7655821;
constexpr int kDirectory = O_RDONLY | O_DIRECTORY;

Status open_root(const plan::Str &root, Fd &out) {
  Report report;
  report.call("open").string(root).flags(kDirectory, kOpenFlagNames);
  int fd = open_at(AT_FDCWD, root.c_str(), kDirectory);
  if (fd < 0) return failed(fd, report);
  out.reset(fd);
  if (file_system_of(fd) == kResctrlMagic) return done();
  return failed(EINVAL, report.detail("this is no resctrl file system"));
}

// The file system's reason for the last refusal, which is more than an errno tells.
Status refused(int error, const Fd &root, Report &report) {
  std::string reason;
  if (read_file_at(root.get(), "info/last_cmd_status", reason) == 0) {
    while (reason.ends_with('\n')) reason.pop_back();
    if (!reason.empty() && reason != "ok") report.detail(reason);
  }
  return failed(error, report);
}

// One of the files of a group; the path of the root's own is empty.
std::string file_of(const plan::Str &path, const char *name) {
  return path.empty() ? name : std::string(path) + '/' + name;
}

Status write_group(const plan::Str &root_path, const std::string &file, const std::string &value) {
  Fd root;
  if (Status status = open_root(root_path, root); !status.ok()) return status;
  int error = write_file_at(root.get(), file.c_str(), value);
  Report report;
  report.call("write").string(std::string(root_path) + '/' + file).string(value);
  return error ? refused(error, root, report) : done();
}

}  // namespace

Status make_resctrl_group(const plan::ResctrlMake &step, Context &context) {
  auto root = std::make_shared<Fd>();
  if (Status status = open_root(step.root, *root); !status.ok()) return status;
  if (mkdirat(root->get(), step.path.c_str(), 0755) != 0) {
    int error = errno;
    Report report;
    return refused(error, *root, report.call("mkdirat").fd(root->get(), step.root).string(step.path));
  }
  context.undo.push_back(
      [root, path = std::string(step.path)] { unlinkat(root->get(), path.c_str(), AT_REMOVEDIR); });
  return done();
}

Status write_resctrl_schemata(const plan::ResctrlSchemata &step) {
  std::string text;
  for (const plan::Str &line : step.lines) text.append(line).append("\n");
  return write_group(step.root, file_of(step.path, "schemata"), text);
}

Status join_resctrl_group(const plan::ResctrlJoin &step, const Context &context) {
  if (!context.process.pid) return failed(EPROTO, "the plan", "resctrl-join comes before a process is made");
  return write_group(step.root, file_of(step.path, "tasks"), std::to_string(context.process.pid));
}

Status remove_resctrl_group(const plan::ResctrlRemove &step) {
  Fd root;
  if (Status status = open_root(step.root, root); !status.ok()) return status;
  if (unlinkat(root.get(), step.path.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return done();
  int error = errno;
  Report report;
  return refused(error, root, report.call("unlinkat").fd(root.get(), step.root).string(step.path));
}

}  // namespace runts::core
