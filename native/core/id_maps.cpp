#include <cerrno>
#include <fcntl.h>
#include <list>
#include <mutex>

#include "../sys/syscalls.h"
#include "files.h"
#include "steps.h"

namespace runts::core {
namespace {

constexpr uint64_t kNewUser = 0x10000000;
constexpr size_t kKept = 8;

std::string map_text(const plan::List<plan::IdMapping> &mappings) {
  std::string text;
  for (const plan::IdMapping &mapping : mappings) {
    text += std::to_string(mapping.inside) + ' ' + std::to_string(mapping.outside) + ' ' +
            std::to_string(mapping.size) + '\n';
  }
  return text;
}

Status write_map(int process, int pid, const char *name, const std::string &text) {
  int error = text.empty() ? 0 : write_file_at(process, name, text);
  if (!error) return done();
  Report report;
  report.call("write").string("/proc/" + std::to_string(pid) + '/' + name).string(text);
  return failed(error, report);
}

struct Namespaces {
  std::mutex mutex;
  std::list<std::pair<std::string, Fd>> kept;
};
Namespaces &namespaces() {
  static Namespaces *instance = new Namespaces;
  return *instance;
}

Status make_user_namespace(const plan::List<plan::IdMapping> &uids, const plan::List<plan::IdMapping> &gids,
                           Fd &out) {
  return with_holder(kNewUser, [&](const Child &child) -> Status {
    if (Status status = write_id_maps(child.pid, {uids, gids}); !status.ok()) return status;
    std::string path = "/proc/" + std::to_string(child.pid) + "/ns/user";
    return open_namespace_file(path.c_str(), kNewUser, out);
  });
}

}  // namespace

Status write_id_maps(int pid, const IdMaps &maps) {
  int fd = open_process_directory(pid);
  Report report;
  if (fd < 0) return failed(fd, report.call("open").string("/proc/" + std::to_string(pid)));
  Fd process(fd);
  if (maps.deny_setgroups) {
    if (Status status = write_map(fd, pid, "setgroups", "deny"); !status.ok()) return status;
  }
  Status status = maps.uid_tool.empty() ? write_map(fd, pid, "uid_map", map_text(maps.uids))
                                        : run_id_tool(maps.uid_tool, fd, pid, maps.uids);
  if (!status.ok()) return status;
  return maps.gid_tool.empty() ? write_map(fd, pid, "gid_map", map_text(maps.gids))
                               : run_id_tool(maps.gid_tool, fd, pid, maps.gids);
}

Status user_namespace_of(const plan::List<plan::IdMapping> &uids, const plan::List<plan::IdMapping> &gids,
                         Fd &out) {
  std::string key = map_text(uids) + '/' + map_text(gids);
  Namespaces &all = namespaces();
  std::lock_guard lock(all.mutex);
  for (const auto &[name, fd] : all.kept) {
    if (name != key) continue;
    out.reset(fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
    return out ? done() : failed(errno, "fcntl(F_DUPFD_CLOEXEC)");
  }
  if (Status status = make_user_namespace(uids, gids, out); !status.ok()) return status;
  all.kept.emplace_front(key, Fd(fcntl(out.get(), F_DUPFD_CLOEXEC, 3)));
  if (all.kept.size() > kKept) all.kept.pop_back();
  return done();
}

}  // namespace runts::core
