// The open cgroup of a plan, and the steps that act on it: all through descriptors below a checked cgroup2
// mount.
#pragma once
#include <string>
#include <vector>

#include "../plan/steps.gen.h"
#include "../sys/fd.h"
#include "status.h"

namespace runts::core {

// A cgroup by its descriptor. `made` tells how many of its path's last directories this plan has created.
struct Cgroup {
  Fd dir;
  std::string root;
  std::string path;
  size_t made = 0;
  // Of its directory: no other cgroup that is there or comes after it has the same.
  uint64_t inode = 0;
  // Controllers that could not be enabled on the way, with the reason; told where one of their files is
  // missing.
  std::vector<std::string> refused;
  std::string file(std::string_view name) const { return root + '/' + path + '/' + std::string(name); }
};

// Parts of a cgroup path; `..` is refused with EINVAL.
Status split_cgroup_path(std::string_view path, std::vector<std::string> &parts);

// The cgroup (v2) that a process is in, by its path below the mount point `root`.
Status open_cgroup_of(int pid, const std::string &root, Fd &out);

// The mount point of the v2 hierarchy, checked by its file system type.
Status open_cgroup_root(std::string_view root, Fd &dir);

Status create_cgroup(const plan::CgroupCreate &step, Cgroup &cgroup);
Status open_cgroup(const plan::CgroupOpen &step, Cgroup &cgroup);
// Fails for one that a container may not be put into.
Status check_vacant(const plan::CgroupVacant &step);
// Opens one that systemd has made. `pid`: a process that must be in it; 0: none.
Status adopt_cgroup(const plan::CgroupAdopt &step, int pid, Cgroup &cgroup);
Status write_cgroup(const plan::CgroupWrite &step, const Cgroup &cgroup);
Status chown_cgroup(const plan::CgroupChown &step, const Cgroup &cgroup);
Status freeze_cgroup(const plan::CgroupFreeze &step, const Cgroup &cgroup);
Status kill_cgroup(const Cgroup &cgroup);

// cgroup_remove.cpp: kills what is left, waits for it to end, removes the directories. A missing cgroup is
// fine.
Status remove_cgroup(const plan::CgroupRemove &step);
// The same where nothing is left in it, which takes no waiting; false, and nothing done, where that is not so.
bool remove_left_cgroup(const plan::CgroupRemove &step);
// Removes a cgroup that nobody lives in, with what is below it, so that the next of its name is another one.
Status clear_cgroup(Cgroup &cgroup);
// The undo of create_cgroup: removes what it made. Best effort.
void unmake_cgroup(Cgroup &cgroup);

// True where the kernel has killed a process of the cgroup for want of memory.
bool cgroup_ran_out_of_memory(const Cgroup &cgroup);

// Waits until `key` in cgroup.events is `value`; -ETIMEDOUT after so many milliseconds, -errno.
int await_cgroup_event(int dir, std::string_view key, uint64_t value, int timeout_ms);

// The inode number of an open cgroup.
uint64_t inode_of(int dir);

// The number of processes in a cgroup and below it.
size_t count_processes(int dir);

// Names of the directories in a directory.
std::vector<std::string> subdirectories(int dir);

}  // namespace runts::core
