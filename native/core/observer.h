// Observes a container: files of its cgroup, pressure, its process, and what was used at intervals.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "../sys/fd.h"
#include "notices.h"
#include "status.h"
#include "watch.h"

namespace runts::core {

struct Wanted {
  // Directory of a cgroup (v2), for all but the process; empty: none.
  std::string cgroup;
  // A name and the keys whose changes alone are noticed: `cgroup.events populated frozen`.
  std::vector<std::string> files;
  // A name and a trigger as the kernel takes it: `memory.pressure some 150000 2000000` (Documentation/accounting/psi.rst).
  std::vector<std::string> pressures;
  // Milliseconds; 0: none.
  int interval = 0;
  // Files that are read at each interval.
  std::vector<std::string> at_interval;
  // Whose end is noticed; -1: none. It stays the caller's.
  int pidfd = -1;
  // Files that are read at the process's end.
  std::vector<std::string> at_end;
};

class Observer {
 public:
  // A missing file is not watched; missing pressure is an error.
  Status open(const Wanted &wanted);
  void next(Notices::Reader reader) { notices_->next(std::move(reader)); }
  // The process has ended, as the caller knows: that is noticed now, unless it was, and nothing after it.
  void finish();
  // Closes every descriptor; a reader that waits gets nothing.
  void close();
  ~Observer() { close(); }

 private:
  Status start(Fd fd, uint32_t events, Happened happened);
  Status watch_file(const std::string &line);
  Status watch_pressure(const std::string &line);
  Status watch_interval(int milliseconds, const std::vector<std::string> &files);
  Status watch_process(int pidfd);

  // Shared with calls that are still going on.
  std::shared_ptr<Fd> cgroup_ = std::make_shared<Fd>();
  std::vector<std::string> at_end_;
  std::shared_ptr<Notices> notices_ = std::make_shared<Notices>();
  std::vector<Watch> watches_;
};

}  // namespace runts::core
