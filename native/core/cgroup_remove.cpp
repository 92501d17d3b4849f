#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <thread>
#include <unistd.h>

#include "../sys/syscalls.h"
#include "cgroup.h"
#include "deadline.h"
#include "files.h"

namespace runts::core {
namespace {

constexpr auto kFirstRetry = std::chrono::microseconds(100), kLongestRetry = std::chrono::microseconds(10'000);
constexpr uint32_t kUndoMs = 10'000;
// Milliseconds.
constexpr int kPatience = 1000;
constexpr auto kClear = std::chrono::milliseconds(1000);

// Without cgroup.kill (threaded domains): SIGKILL to each process, again and again until none is left or time
// is up.
void kill_each(int dir) {
  std::string procs;
  if (read_file_at(dir, "cgroup.procs", procs) == 0) {
    for (size_t at = 0, end; (end = procs.find('\n', at)) != procs.npos; at = end + 1) {
      int pid = 0;
      std::from_chars(procs.data() + at, procs.data() + end, pid);
      if (pid > 0) kill(pid, SIGKILL);
    }
  }
  for (const std::string &name : subdirectories(dir)) {
    Fd below(openat(dir, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (below) kill_each(below.get());
  }
}

int kill_and_wait(int dir, Clock::time_point deadline) {
  int error;
  if (write_file_at(dir, "cgroup.kill", "1") == 0) {
    error = await_cgroup_event(dir, "populated", 0, milliseconds_left(deadline));
  } else {
    do {
      kill_each(dir);
      error = await_cgroup_event(dir, "populated", 0, std::min(50, milliseconds_left(deadline)));
    } while (error == -ETIMEDOUT && Clock::now() < deadline);
  }
  bool gone = error == -ENOENT || error == -ENODEV;
  return gone ? 0 : error;
}

// Removes a directory of cgroupfs and all below it; the kernel says EBUSY for a moment after the last exit.
int remove_tree(int parent, const std::string &name, Clock::time_point deadline) {
  for (auto pause = kFirstRetry;; pause = std::min(2 * pause, kLongestRetry)) {
    if (unlinkat(parent, name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return 0;
    if (errno != EBUSY && errno != ENOTEMPTY) return -errno;
    Fd dir(openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!dir) return errno == ENOENT ? 0 : -errno;
    std::vector<std::string> below = subdirectories(dir.get());
    for (const std::string &child : below) {
      if (int error = remove_tree(dir.get(), child, deadline)) return error;
    }
    if (!below.empty()) continue;
    if (Clock::now() >= deadline) return -EBUSY;
    std::this_thread::sleep_for(pause);
  }
}

// Opens the directory of each part in turn; the last of `chain` is the parent of the leaf. -ENOENT where one
// is missing.
int open_chain(const std::vector<std::string> &parts, Fd root, std::vector<Fd> &chain) {
  chain.push_back(std::move(root));
  for (size_t i = 0; i + 1 < parts.size(); i++) {
    int fd = open_at(chain.back().get(), parts[i].c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW);
    if (fd < 0) return fd;
    chain.emplace_back(fd);
  }
  return 0;
}

// How many leading parts of `parts` are those of `until`, which stay; all where until does not lead to the
// cgroup.
size_t kept(const std::vector<std::string> &parts, const std::vector<std::string> &until) {
  bool leads = until.size() < parts.size() && std::equal(until.begin(), until.end(), parts.begin());
  return leads ? until.size() : parts.size() - 1;
}

// What a step names: the directories above its cgroup, and that itself (no chain or no leaf: it is not there).
struct Target {
  std::string path;
  std::vector<std::string> parts, until;
  std::vector<Fd> chain;
  Fd leaf;
  int parent() const { return chain.back().get(); }
  const std::string &name() const { return parts.back(); }
  // False where it is not empty.
  bool remove() const { return unlinkat(parent(), name().c_str(), AT_REMOVEDIR) == 0; }
};

Status find(const plan::CgroupRemove &step, Target &target) {
  if (Status status = split_cgroup_path(step.path, target.parts); !status.ok()) return status;
  if (Status status = split_cgroup_path(step.until, target.until); !status.ok()) return status;
  if (target.parts.empty()) return failed(EINVAL, "cgroup-remove", "the root of the hierarchy cannot be removed");
  Fd root;
  if (Status status = open_cgroup_root(step.root, root); !status.ok()) return status;
  Report report;
  target.path = std::string(step.root) + '/' + std::string(step.path);
  int error = open_chain(target.parts, std::move(root), target.chain);
  if (error < 0) {
    target.chain.clear();
    return error == -ENOENT ? done() : failed(error, report.call("open").string(target.path));
  }
  constexpr int kHow = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  target.leaf.reset(openat(target.parent(), target.name().c_str(), kHow));
  return target.leaf || errno == ENOENT ? done() : failed(errno, report.call("open").string(target.path));
}

bool is_anothers(const plan::CgroupRemove &step, const Target &target) {
  return target.leaf && step.inode && inode_of(target.leaf.get()) != step.inode;
}

// The empty directories above it, as far as the step says.
void remove_above(const Target &target) {
  size_t keep = kept(target.parts, target.until);
  for (size_t i = target.parts.size() - 1; i > keep; i--) {
    if (unlinkat(target.chain[i - 1].get(), target.parts[i - 1].c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) break;
  }
}

// Ends what is left in it, waits for that, and removes it with what is below.
Status empty_and_remove(const Target &target, Clock::time_point deadline) {
  // Mostly the container has ended, and that is all.
  if (target.leaf && target.remove()) return done();
  Report report;
  int error = target.leaf ? kill_and_wait(target.leaf.get(), deadline) : 0;
  if (error < 0) {
    std::string left = std::to_string(count_processes(target.leaf.get())) + " process(es) are left after SIGKILL";
    return failed(error, report.call("poll").string(target.path + "/cgroup.events").detail(left));
  }
  error = remove_tree(target.parent(), target.name(), deadline);
  return error < 0 ? failed(error, report.call("rmdir").string(target.path)) : done();
}

}  // namespace

std::vector<std::string> subdirectories(int dir) {
  std::vector<std::string> names;
  int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *stream = copy < 0 ? nullptr : fdopendir(copy);
  if (!stream) {
    if (copy >= 0) close(copy);
    return names;
  }
  while (dirent *entry = readdir(stream)) {
    std::string_view name = entry->d_name;
    if (entry->d_type == DT_DIR && name != "." && name != "..") names.emplace_back(name);
  }
  closedir(stream);
  return names;
}

size_t count_processes(int dir) {
  std::string procs;
  size_t count = 0;
  if (read_file_at(dir, "cgroup.procs", procs) == 0) {
    count = static_cast<size_t>(std::count(procs.begin(), procs.end(), '\n'));
  }
  for (const std::string &name : subdirectories(dir)) {
    Fd below(openat(dir, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (below) count += count_processes(below.get());
  }
  return count;
}

int await_cgroup_event(int dir, std::string_view key, uint64_t value, int timeout_ms) {
  Clock::time_point deadline = Clock::now() + std::chrono::milliseconds(timeout_ms);
  int fd = open_at(dir, "cgroup.events", O_RDONLY | O_NOFOLLOW);
  if (fd < 0) return fd;
  Fd events(fd);
  // The kernel tells of a change not before 10 ms after the last it told of, and a container may have begun just now.
  for (int patience = 1;; patience = std::min(2 * patience, kPatience)) {
    char text[256];
    ssize_t size = pread(fd, text, sizeof(text), 0);
    if (size < 0) return errno == ENODEV ? 0 : -errno;
    auto now = keyed_number(std::string_view(text, static_cast<size_t>(size)), key);
    if (!now || *now == value) return 0;
    int left = milliseconds_left(deadline);
    if (left == 0) return -ETIMEDOUT;
    pollfd wait{fd, POLLPRI, 0};
    if (poll(&wait, 1, std::min(left, patience)) < 0 && errno != EINTR) return -errno;
  }
}

Status remove_cgroup(const plan::CgroupRemove &step) {
  Clock::time_point deadline = Clock::now() + std::chrono::milliseconds(step.timeout_ms);
  Target target;
  if (Status status = find(step, target); !status.ok()) return status;
  if (target.chain.empty() || is_anothers(step, target)) return done();
  if (Status status = empty_and_remove(target, deadline); !status.ok()) return status;
  remove_above(target);
  return done();
}

bool remove_left_cgroup(const plan::CgroupRemove &step) {
  Target target;
  if (!find(step, target).ok() || !target.leaf || is_anothers(step, target) || !target.remove()) return false;
  remove_above(target);
  return true;
}

Status clear_cgroup(Cgroup &cgroup) {
  std::vector<std::string> parts;
  if (Status status = split_cgroup_path(cgroup.path, parts); !status.ok()) return status;
  if (parts.empty()) return done();
  Fd root;
  if (Status status = open_cgroup_root(cgroup.root, root); !status.ok()) return status;
  std::vector<Fd> chain;
  int error = open_chain(parts, std::move(root), chain);
  if (error == 0) error = remove_tree(chain.back().get(), parts.back(), Clock::now() + kClear);
  if (error == 0 || error == -ENOENT) return done();
  Report report;
  report.call("rmdir").string(cgroup.root + '/' + cgroup.path);
  return failed(error, report.detail("it was the cgroup of a container that has stopped"));
}

void unmake_cgroup(Cgroup &cgroup) {
  if (!cgroup.made) return;
  std::vector<std::string> parts;
  if (!split_cgroup_path(cgroup.path, parts).ok() || cgroup.made > parts.size()) return;
  std::string until;
  for (size_t i = 0; i < parts.size() - cgroup.made; i++) until += parts[i] + '/';
  plan::CgroupRemove step{plan::Str(cgroup.root.data(), cgroup.root.size()),
                          plan::Str(cgroup.path.data(), cgroup.path.size()),
                          plan::Str(until.data(), until.size()), kUndoMs, cgroup.inode};
  cgroup.dir.reset();
  // The undo of a plan that has failed already: its own failure could only hide the reason.
  (void)remove_cgroup(step);
}

}  // namespace runts::core
