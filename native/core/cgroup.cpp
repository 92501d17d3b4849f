#include "cgroup.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../sys/syscalls.h"
#include "error_name.h"
#include "files.h"

namespace runts::core {
namespace {

constexpr int kRaces = 16;
constexpr int kFreezeMs = 10'000;

Status cgroup_failed(int error, const Cgroup &cgroup, std::string_view call, std::string_view name,
                     std::string detail = {}) {
  Report report;
  report.call(call).string(cgroup.file(name));
  Status status = failed(error, report);
  status.detail = std::move(detail);
  return status;
}

std::string join(const std::vector<std::string> &parts) {
  std::string path;
  for (const std::string &part : parts) path.append(path.empty() ? "" : "/").append(part);
  return path;
}

bool has_word(std::string_view text, std::string_view word) {
  for (size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    size_t end = at + word.size();
    bool starts = at == 0 || text[at - 1] == ' ';
    bool ends = end == text.size() || text[end] == ' ' || text[end] == '\n';
    if (starts && ends) return true;
  }
  return false;
}

struct Controllers {
  const plan::List<plan::Str> &needed;
  // For statistics.
  const plan::List<plan::Str> &wanted;
};

// One write a controller, so that one that the kernel refuses does not take the others with it. What was
// refused is no failure here: it is one where a file of the controller is written.
void enable_controllers(int dir, const std::string &where, const Controllers &controllers, Cgroup &cgroup) {
  std::string enabled;
  if (controllers.needed.empty() && controllers.wanted.empty()) return;
  if (read_file_at(dir, "cgroup.subtree_control", enabled) < 0) return;
  for (const plan::Str &name : controllers.wanted) {
    if (!has_word(enabled, name)) write_file_at(dir, "cgroup.subtree_control", std::string("+").append(name));
  }
  for (const plan::Str &name : controllers.needed) {
    if (has_word(enabled, name)) continue;
    int error = write_file_at(dir, "cgroup.subtree_control", std::string("+").append(name));
    if (error < 0) {
      cgroup.refused.push_back("enabling " + std::string(name) + " in " + where +
                               "/cgroup.subtree_control gives " + error_name(-error));
    }
  }
}

// A cgroup that is there already may be taken only if nobody else lives in it.
Status check_unused(const Cgroup &cgroup) {
  std::string events;
  int error = read_file_at(cgroup.dir.get(), "cgroup.events", events);
  if (error < 0 && error != -ENOENT) return cgroup_failed(error, cgroup, "open", "cgroup.events");
  if (keyed_number(events, "populated").value_or(1)) {
    size_t count = count_processes(cgroup.dir.get());
    if (count) {
      return cgroup_failed(
          EBUSY, cgroup, "read", "cgroup.procs",
          "container's cgroup is not empty: " + std::to_string(count) + " process(es) found");
    }
  }
  if (keyed_number(events, "frozen").value_or(0)) {
    return cgroup_failed(EBUSY, cgroup, "read", "cgroup.events", "container's cgroup unexpectedly frozen");
  }
  return done();
}

// One walk from the root to the leaf. -EAGAIN where a directory went away in between.
Status walk(const std::vector<std::string> &parts, const plan::CgroupCreate &step, Cgroup &cgroup) {
  Fd dir;
  if (Status status = open_cgroup_root(cgroup.root, dir); !status.ok()) return status;
  std::string where = cgroup.root;
  cgroup.made = 0;
  for (const std::string &part : parts) {
    enable_controllers(dir.get(), where, {step.controllers, step.wanted}, cgroup);
    where += '/' + part;
    bool fresh = mkdirat(dir.get(), part.c_str(), 0755) == 0;
    if (!fresh && errno != EEXIST) {
      int error = errno;
      Report report;
      report.call("mkdir").string(where).octal(0755);
      return failed(error == ENOENT || error == ENODEV ? EAGAIN : error, report);
    }
    cgroup.made = fresh ? cgroup.made + 1 : 0;
    int next = open_at(dir.get(), part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (next < 0) {
      Report report;
      report.call("open").string(where).flags(O_RDONLY | O_DIRECTORY, kOpenFlagNames);
      return failed(next == -ENOENT || next == -ENODEV ? EAGAIN : next, report);
    }
    dir.reset(next);
  }
  cgroup.dir = std::move(dir);
  return done();
}

// Makes what is missing. -EAGAIN again and again is a hierarchy that others are removing.
Status walk_patiently(const std::vector<std::string> &parts, const plan::CgroupCreate &step, Cgroup &cgroup) {
  Status status;
  for (int attempt = 0; attempt < kRaces; attempt++) {
    cgroup.refused.clear();
    status = walk(parts, step, cgroup);
    if (status.error != EAGAIN) break;
  }
  return status;
}

std::string missing_file(const Cgroup &cgroup, std::string_view file) {
  std::string controller(file.substr(0, file.find('.')));
  std::string text = "the kernel has no " + std::string(file) + " in this cgroup: is the " + controller +
                     " controller enabled?";
  for (const std::string &reason : cgroup.refused) {
    if (reason.starts_with("enabling " + controller + " ")) return text + " (" + reason + ")";
  }
  return text;
}

Status write_value(const Cgroup &cgroup, const plan::Str &file, const plan::Str &value) {
  if (file.find('/') != file.npos) return cgroup_failed(EINVAL, cgroup, "open", file);
  int error = write_file_at(cgroup.dir.get(), file.c_str(), value);
  if (!error) return done();
  Report report;
  report.call("write").string(cgroup.file(file)).string(value);
  Status status = failed(error, report);
  if (error == -ENOENT && faccessat(cgroup.dir.get(), file.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) != 0) {
    status.detail = missing_file(cgroup, file);
  } else {
    status.detail = "the kernel refuses " + std::string(value) + " for " + std::string(file);
  }
  return status;
}

// By what was asked for, not by what has frozen already.
bool is_frozen(int dir) {
  std::string text;
  return read_file_at(dir, "cgroup.freeze", text) == 0 && text.starts_with("1");
}

}  // namespace

Status split_cgroup_path(std::string_view path, std::vector<std::string> &parts) {
  while (!path.empty()) {
    std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(part.size() + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (part == "..") return failed(EINVAL, "the cgroup path", "a cgroup path may not go up by ..");
    parts.emplace_back(part);
  }
  return done();
}

uint64_t inode_of(int dir) {
  struct stat status;
  return fstat(dir, &status) == 0 ? status.st_ino : 0;
}

Status open_cgroup_root(std::string_view root, Fd &dir) {
  std::string path(root);
  int fd = open_at(AT_FDCWD, path.c_str(), O_RDONLY | O_DIRECTORY);
  Report report;
  report.call("open").string(root).flags(O_RDONLY | O_DIRECTORY, kOpenFlagNames);
  if (fd < 0) return failed(fd, report);
  dir.reset(fd);
  if (file_system_of(fd) == sys::kCgroup2Magic) return done();
  return failed(EXDEV, report.detail("this is no cgroup v2 file system"));
}

Status create_cgroup(const plan::CgroupCreate &step, Cgroup &cgroup) {
  std::vector<std::string> parts;
  if (Status status = split_cgroup_path(step.path, parts); !status.ok()) return status;
  cgroup.root = step.root;
  cgroup.path = join(parts);
  if (Status status = walk_patiently(parts, step, cgroup); !status.ok()) return status;
  if (!cgroup.made) {
    if (Status status = check_unused(cgroup); !status.ok()) return status;
    if (step.fresh) {
      if (Status status = clear_cgroup(cgroup); !status.ok()) return status;
      if (Status status = walk_patiently(parts, step, cgroup); !status.ok()) return status;
      // Another creator may have been faster.
      if (!cgroup.made) return cgroup_failed(EBUSY, cgroup, "mkdir", "");
    }
  }
  cgroup.inode = inode_of(cgroup.dir.get());
  return done();
}

namespace {

Status open_named(const plan::CgroupOpen &step, Cgroup &cgroup) {
  std::vector<std::string> parts;
  if (Status status = split_cgroup_path(step.path, parts); !status.ok()) return status;
  Fd root;
  if (Status status = open_cgroup_root(step.root, root); !status.ok()) return status;
  cgroup = {};
  cgroup.root = step.root;
  cgroup.path = join(parts);
  const char *relative = cgroup.path.empty() ? "." : cgroup.path.c_str();
  int fd = open_at(root.get(), relative, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (fd < 0) return cgroup_failed(fd, cgroup, "open", "", fd == -ENOENT ? "this cgroup does not exist" : "");
  Fd dir(fd);
  cgroup.inode = inode_of(fd);
  if (step.inode && cgroup.inode != step.inode)
    return cgroup_failed(ENOENT, cgroup, "open", "", "the container's cgroup is gone: this is another one");
  cgroup.dir = std::move(dir);
  return done();
}

}  // namespace

Status open_cgroup_of(int pid, const std::string &root, Fd &out) {
  Fd process(open_process_directory(pid));
  std::string text;
  int error = process ? read_file_at(process.get(), "cgroup", text) : -ESRCH;
  Report report;
  std::string file = "/proc/" + std::to_string(pid) + "/cgroup";
  if (error < 0) return failed(error, report.call("open").string(file));
  size_t at = text.starts_with("0::/") ? 0 : text.find("\n0::/");
  if (at == text.npos) return failed(ENOENT, report.call("read").string(file));
  at = text.find("0::/", at) + 4;
  std::string path = root + '/' + text.substr(at, text.find('\n', at) - at);
  int fd = open_at(AT_FDCWD, path.c_str(), O_RDONLY | O_DIRECTORY);
  if (fd < 0) return failed(fd, report.call("open").string(path));
  out.reset(fd);
  return done();
}

Status open_cgroup(const plan::CgroupOpen &step, Cgroup &cgroup) {
  Status status = open_named(step, cgroup);
  if (status.error != ENOENT || !step.or_of_pid) return status;
  return open_cgroup_of(static_cast<int>(step.or_of_pid), cgroup.root, cgroup.dir);
}

Status check_vacant(const plan::CgroupVacant &step) {
  std::vector<std::string> parts;
  Cgroup cgroup;
  if (Status status = split_cgroup_path(step.path, parts); !status.ok()) return status;
  if (Status status = open_cgroup_root(step.root, cgroup.dir); !status.ok()) return status;
  cgroup.root = step.root;
  for (const std::string &part : parts) {
    int next = open_at(cgroup.dir.get(), part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (next == -ENOENT) return done();
    cgroup.path += (cgroup.path.empty() ? "" : "/") + part;
    if (next < 0) return cgroup_failed(next, cgroup, "open", "");
    cgroup.dir.reset(next);
    if (is_frozen(next))
      return cgroup_failed(EBUSY, cgroup, "read", "cgroup.freeze", "container's cgroup unexpectedly frozen");
  }
  return check_unused(cgroup);
}

Status adopt_cgroup(const plan::CgroupAdopt &step, int pid, Cgroup &cgroup) {
  std::vector<std::string> parts;
  Fd dir, entered;
  if (Status status = split_cgroup_path(step.path, parts); !status.ok()) return status;
  if (Status status = open_cgroup_root(step.root, dir); !status.ok()) return status;
  cgroup = {};
  cgroup.root = step.root;
  cgroup.path = join(parts);
  std::string where(step.root);
  plan::List<plan::Str> none;
  for (const std::string &part : parts) {
    enable_controllers(dir.get(), where, {step.controllers, none}, cgroup);
    where += '/' + part;
    int next = open_at(dir.get(), part.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (next < 0) return cgroup_failed(next, cgroup, "open", "", "systemd has made no " + where);
    dir.reset(next);
  }
  cgroup.dir = std::move(dir);
  cgroup.inode = inode_of(cgroup.dir.get());
  if (!pid) return done();
  if (Status status = open_cgroup_of(pid, cgroup.root, entered); !status.ok()) return status;
  if (inode_of(entered.get()) == cgroup.inode) return done();
  return cgroup_failed(ESRCH, cgroup, "open", "cgroup.procs", "systemd has not put the container's process there");
}

Status write_cgroup(const plan::CgroupWrite &step, const Cgroup &cgroup) {
  Status status = write_value(cgroup, step.file, step.value);
  if (status.error != ENOENT) return status;
  if (!step.otherwise_file.empty()) {
    status = write_value(cgroup, step.otherwise_file, step.otherwise_value);
    if (status.error != ENOENT) return status;
  }
  constexpr uint32_t kSkip = 1;
  return step.if_missing == kSkip ? done() : status;
}

Status chown_cgroup(const plan::CgroupChown &step, const Cgroup &cgroup) {
  if (fchown(cgroup.dir.get(), step.uid, step.gid) != 0) return cgroup_failed(errno, cgroup, "fchown", "");
  std::string names;
  if (read_file_at(AT_FDCWD, "/sys/kernel/cgroup/delegate", names) < 0) {
    names = "cgroup.procs\ncgroup.threads\ncgroup.subtree_control\n";
  }
  for (size_t at = 0, end; (end = names.find('\n', at)) != names.npos; at = end + 1) {
    std::string name = names.substr(at, end - at);
    if (name.empty() || name.find('/') != name.npos) continue;
    int error = fchownat(cgroup.dir.get(), name.c_str(), step.uid, step.gid, AT_SYMLINK_NOFOLLOW);
    if (error != 0 && errno != ENOENT) return cgroup_failed(errno, cgroup, "fchownat", name);
  }
  return done();
}

Status freeze_cgroup(const plan::CgroupFreeze &step, const Cgroup &cgroup) {
  int error = write_file_at(cgroup.dir.get(), "cgroup.freeze", step.frozen ? "1" : "0");
  if (error < 0) return cgroup_failed(error, cgroup, "write", "cgroup.freeze");
  error = await_cgroup_event(cgroup.dir.get(), "frozen", step.frozen ? 1 : 0, kFreezeMs);
  if (!error) return done();
  // A half frozen container would surprise more than one that runs on.
  if (step.frozen) write_file_at(cgroup.dir.get(), "cgroup.freeze", "0");
  return cgroup_failed(error, cgroup, "poll", "cgroup.events",
                       std::string("the cgroup did not become ") + (step.frozen ? "frozen" : "thawed"));
}

Status kill_cgroup(const Cgroup &cgroup) {
  int error = write_file_at(cgroup.dir.get(), "cgroup.kill", "1");
  return error ? cgroup_failed(error, cgroup, "write", "cgroup.kill") : done();
}

bool cgroup_ran_out_of_memory(const Cgroup &cgroup) {
  std::string events;
  if (!cgroup.dir || read_file_at(cgroup.dir.get(), "memory.events", events) < 0) return false;
  return keyed_number(events, "oom_kill").value_or(0) > 0;
}

}  // namespace runts::core
