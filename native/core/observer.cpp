#include "observer.h"

#include <algorithm>
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
using Values = std::vector<std::optional<uint64_t>>;

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

// What stands before and after the first space.
std::pair<std::string, std::string> split_at_space(std::string_view text) {
  size_t end = std::min(text.find(' '), text.size());
  return {std::string(text.substr(0, end)), std::string(text.substr(std::min(end + 1, text.size())))};
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    words.push_back(split_at_space(text).first);
    text.remove_prefix(std::min(words.back().size() + 1, text.size()));
  }
  return words;
}

// The whole file from its beginning, which is what tells the kernel that its last change has been seen.
int read_again(const Fd &file, std::string &text) {
  if (lseek(file.get(), 0, SEEK_SET) < 0) return -errno;
  return read_all(file.get(), text);
}

Values values_of(std::string_view text, const std::vector<std::string> &keys) {
  Values values;
  values.reserve(keys.size());
  for (const std::string &key : keys) values.push_back(keyed_number(text, key));
  return values;
}

// A name in the cgroup's own directory.
Status open_in(const Fd &cgroup, const std::string &name, int flags, Fd &file) {
  int fd = name.find('/') == name.npos ? open_at(cgroup.get(), name.c_str(), flags | O_NOFOLLOW) : -EINVAL;
  if (fd < 0) return failed(fd, "openat", name + " cannot be opened");
  file.reset(fd);
  return done();
}

}  // namespace

Status Observer::open(const Wanted &wanted) {
  if (!wanted.cgroup.empty()) {
    if (Status status = open_cgroup_root(wanted.cgroup, *cgroup_); !status.ok()) return status;
    for (const std::string &file : wanted.files) {
      if (Status status = watch_file(file); !status.ok()) return status;
    }
    for (const std::string &pressure : wanted.pressures) {
      if (Status status = watch_pressure(pressure); !status.ok()) return status;
    }
    if (wanted.interval > 0) {
      if (Status status = watch_interval(wanted.interval, wanted.at_interval); !status.ok()) return status;
    }
  }
  at_end_ = wanted.at_end;
  return wanted.pidfd < 0 ? done() : watch_process(wanted.pidfd);
}

void Observer::finish() {
  if (!cgroup_) return;
  notices_->push({Noticed::process, "", read_texts(*cgroup_, at_end_)});
  watches_.clear();
  cgroup_.reset();
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
Status Observer::watch_file(const std::string &line) {
  auto [name, keys] = split_at_space(line);
  Fd fd;
  Status status = open_in(*cgroup_, name, O_RDONLY, fd);
  if (!status.ok()) return status.error == ENOENT ? done() : status;
  std::optional<Values> before;
  auto changed = [notices = notices_, name, keys = words_of(keys), before](const Fd &fd, uint32_t) mutable {
    std::string text;
    if (read_again(fd, text) < 0) return false;
    Values values = values_of(text, keys);
    if (before != values) notices->push({Noticed::file, name, {std::move(text)}});
    before = std::move(values);
    return true;
  };
  if (!changed(fd, 0)) return done();
  return start(std::move(fd), EPOLLPRI, std::move(changed));
}

Status Observer::watch_pressure(const std::string &line) {
  auto [name, trigger] = split_at_space(line);
  Fd fd;
  if (Status status = open_in(*cgroup_, name, O_RDWR | O_NONBLOCK, fd); !status.ok()) return status;
  if (write(fd.get(), trigger.data(), trigger.size()) < 0)
    return failed(errno, "write", name + " does not take the trigger `" + trigger + "`");
  return start(std::move(fd), EPOLLPRI, [notices = notices_, name](const Fd &fd, uint32_t events) {
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

Status Observer::watch_process(int pidfd) {
  Fd fd(fcntl(pidfd, F_DUPFD_CLOEXEC, 3));
  if (!fd) return failed(errno, "fcntl");
  return start(std::move(fd), EPOLLIN, [notices = notices_, cgroup = cgroup_, files = at_end_](const Fd &, uint32_t) {
    notices->push({Noticed::process, "", read_texts(*cgroup, files)});
    return false;
  });
}

}  // namespace runts::core
