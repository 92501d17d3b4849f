#include <dirent.h>

#include "facts.h"
#include "text.h"

namespace inspect {

namespace {

// The limits of a cgroup directory, and what is in use; not the statistics.
bool is_value(const std::string &name) {
  for (const char *end : {".max", ".min", ".low", ".high", ".weight", ".burst", ".idle", ".current", ".cpus",
                          ".mems", ".group"}) {
    if (name.ends_with(end)) return true;
  }
  return name == "cgroup.controllers" || name == "cgroup.subtree_control" || name == "cgroup.type" ||
         name == "io.bfq.weight";
}

std::string own_path() {
  std::string text;
  if (!read_file("/proc/self/cgroup", text)) return "";
  for (const std::string &line : split(text, '\n')) {
    if (line.starts_with("0::")) return line.substr(3);
  }
  return "";
}

}  // namespace

Cgroup cgroup_facts(const std::vector<Mount> &mounts) {
  Cgroup out{own_path(), "", {}};
  for (const Mount &mount : mounts) {
    if (mount.type == "cgroup2") out.mount = mount.target;
  }
  if (out.mount.empty() || out.path.empty()) return out;
  std::string directory = out.path == "/" ? out.mount : out.mount + out.path;
  DIR *opened = opendir(directory.c_str());
  if (!opened) return out;
  while (dirent *entry = readdir(opened)) {
    std::string name = entry->d_name, text;
    if (!is_value(name) || !read_file((directory + "/" + name).c_str(), text)) continue;
    if (!text.empty() && text.back() == '\n') text.pop_back();
    out.values[name] = text;
  }
  closedir(opened);
  return out;
}

}  // namespace inspect
