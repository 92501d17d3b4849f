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

struct WatchedFile {
  std::string name;
  // A change of the values of these keys alone is noticed.
  std::vector<std::string> keys;
};

struct WatchedPressure {
  std::string name;
  // As the kernel takes it, such as `some 150000 2000000` (Documentation/accounting/psi.rst).
  std::string trigger;
};

struct Wanted {
  // Directory of a cgroup (v2), for all but the process; empty: none.
  std::string cgroup;
  std::vector<WatchedFile> files;
  std::vector<WatchedPressure> pressures;
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
  // Closes every descriptor; a reader that waits gets nothing.
  void close();
  ~Observer() { close(); }

 private:
  Status start(Fd fd, uint32_t events, Happened happened);
  Status watch_file(const WatchedFile &file);
  Status watch_pressure(const WatchedPressure &pressure);
  Status watch_interval(int milliseconds, const std::vector<std::string> &files);
  Status watch_process(int pidfd, const std::vector<std::string> &files);

  // Shared with calls that are still going on.
  std::shared_ptr<Fd> cgroup_ = std::make_shared<Fd>();
  std::shared_ptr<Notices> notices_ = std::make_shared<Notices>();
  std::vector<Watch> watches_;
};

}  // namespace runts::core
