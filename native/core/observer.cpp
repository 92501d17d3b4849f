#include "observer.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <utility>

#include "cgroup.h"
#include "files.h"

namespace runts::core {
namespace {

using Texts = std::vector<std::optional<std::string>>;

Texts read_texts(const Fd &cgroup, const std::vector<std::string> &names) {
  Texts texts;
  texts.reserve(names.size());
  for (const std::string &name : names) {
    std::string text;
    bool read = cgroup && read_file_at(cgroup.get(), name.c_str(), text) == 0;
    texts.push_back(read ? std::optional(std::move(text)) : std::nullopt);
  }
  return texts;
}

// The whole file from its beginning, which is what tells the kernel that its last change has been seen.
int read_again(const Fd &file, std::string &text) {
  if (lseek(file.get(), 0, SEEK_SET) < 0) return -errno;
  return read_all(file.get(), text);
}

std::vector<std::optional<uint64_t>> values_of(std::string_view text, const std::vector<std::string> &keys) {
  std::vector<std::optional<uint64_t>> values;
  values.reserve(keys.size());
  for (const std::string &key : keys) values.push_back(keyed_number(text, key));
  return values;
}

// A name in the cgroup's own directory.
Status open_in(const Fd &cgroup, const std::string &name, int flags, Fd &file) {
  Report report;
  report.call("openat").fd(cgroup.get(), "cgroup").string(name).flags(static_cast<uint64_t>(flags), kOpenFlagNames);
  if (name.find('/') != name.npos) return failed(EINVAL, report);
  int fd = open_at(cgroup.get(), name.c_str(), flags | O_NOFOLLOW);
  if (fd < 0) return failed(fd, report);
  file.reset(fd);
  return done();
}

}  // namespace

Status Observer::open(const Wanted &wanted) {
  if (!wanted.cgroup.empty()) {
    if (Status status = open_cgroup_root(wanted.cgroup, *cgroup_); !status.ok()) return status;
    for (const WatchedFile &file : wanted.files) {
      if (Status status = watch_file(file); !status.ok()) return status;
    }
    for (const WatchedPressure &pressure : wanted.pressures) {
      if (Status status = watch_pressure(pressure); !status.ok()) return status;
    }
    if (wanted.interval > 0) {
      if (Status status = watch_interval(wanted.interval, wanted.at_interval); !status.ok()) return status;
    }
  }
  return wanted.pidfd < 0 ? done() : watch_process(wanted.pidfd, wanted.at_end);
}

void Observer::close() {
  watches_.clear();
  cgroup_.reset();
  notices_->close();
}

Status Observer::start(Fd fd, uint32_t events, Happened happened) {
  Watch watch;
  int error = watch.start(std::move(fd), events, std::move(happened));
  if (error < 0) return failed(error, "epoll_ctl");
  watches_.push_back(std::move(watch));
  return done();
}

// EPOLLPRI is there from the beginning: the first notice tells how the file is then. What is gone cannot be read.
Status Observer::watch_file(const WatchedFile &file) {
  Fd fd;
  Status status = open_in(*cgroup_, file.name, O_RDONLY, fd);
  if (!status.ok()) return status.error == ENOENT ? done() : status;
  std::optional<std::vector<std::optional<uint64_t>>> before;
  return start(std::move(fd), EPOLLPRI, [notices = notices_, file, before](const Fd &fd, uint32_t) mutable {
    std::string text;
    if (read_again(fd, text) < 0) return false;
    auto values = values_of(text, file.keys);
    if (before != values) notices->push({Noticed::file, file.name, {std::move(text)}});
    before = std::move(values);
    return true;
  });
}

Status Observer::watch_pressure(const WatchedPressure &pressure) {
  Fd fd;
  if (Status status = open_in(*cgroup_, pressure.name, O_RDWR | O_NONBLOCK, fd); !status.ok()) return status;
  if (write(fd.get(), pressure.trigger.data(), pressure.trigger.size()) < 0) {
    return failed(errno, "write", pressure.name + " does not take the trigger `" + pressure.trigger + "`");
  }
  return start(std::move(fd), EPOLLPRI, [notices = notices_, name = pressure.name](const Fd &fd, uint32_t events) {
    std::string text;
    if ((events & EPOLLERR) || read_again(fd, text) < 0) return false;
    notices->push({Noticed::pressure, name, {std::move(text)}});
    return true;
  });
}

Status Observer::watch_interval(int milliseconds, const std::vector<std::string> &files) {
  Fd fd(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!fd) return failed(errno, "timerfd_create");
  timespec time{milliseconds / 1000, milliseconds % 1000 * 1'000'000L};
  itimerspec timer{time, time};
  if (timerfd_settime(fd.get(), 0, &timer, nullptr) != 0) return failed(errno, "timerfd_settime");
  return start(std::move(fd), EPOLLIN, [notices = notices_, cgroup = cgroup_, files](const Fd &fd, uint32_t) {
    uint64_t times = 0;
    if (read(fd.get(), &times, sizeof(times)) != sizeof(times)) return true;
    if (times > 1) notices->add_dropped(times - 1);
    notices->push({Noticed::interval, "", read_texts(*cgroup, files)});
    return true;
  });
}

Status Observer::watch_process(int pidfd, const std::vector<std::string> &files) {
  Fd fd(fcntl(pidfd, F_DUPFD_CLOEXEC, 3));
  if (!fd) return failed(errno, "fcntl");
  return start(std::move(fd), EPOLLIN, [notices = notices_, cgroup = cgroup_, files](const Fd &, uint32_t) {
    notices->push({Noticed::process, "", read_texts(*cgroup, files)});
    return false;
  });
}

}  // namespace runts::core
