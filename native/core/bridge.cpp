#include "bridge.h"

#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <mutex>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "own_thread.h"

namespace runts::core {
namespace {

// What waits in a bridge for a side that takes nothing now; then the other side is not read, and waits as well.
constexpr size_t kBuffer = 16 << 10;
// How often a busy bridge moves bytes before the others have their turn.
constexpr int kRounds = 16;

// Bytes on their way from one descriptor to another.
class Lane {
 public:
  bool empty() const { return begin_ == end_; }

  // What read(2) or recv(2) gave, 0 and errors too; nothing is read before all is written: then that is EAGAIN.
  template <typename Read>
  ssize_t fill(Read read) {
    if (!empty()) return -EAGAIN;
    ssize_t got = read(bytes_, kBuffer);
    begin_ = 0;
    end_ = got > 0 ? static_cast<size_t>(got) : 0;
    return got < 0 ? -errno : got;
  }

  template <typename Write>
  ssize_t drain(Write write) {
    if (empty()) return -EAGAIN;
    ssize_t sent = write(bytes_ + begin_, end_ - begin_);
    if (sent > 0) begin_ += static_cast<size_t>(sent);
    return sent < 0 ? -errno : sent;
  }

 private:
  char bytes_[kBuffer];
  size_t begin_ = 0, end_ = 0;
};

bool again(ssize_t result) { return result == -EAGAIN || result == -EINTR; }

enum class State { Waiting, Busy, Ended };

class Bridge {
 public:
  Bridge(Fd socket, Fd master) : socket_(std::move(socket)), master_(std::move(master)) {}

  // Waits for both by one descriptor, so that all of a bridge's events come and go with that.
  int open() {
    events_.reset(epoll_create1(EPOLL_CLOEXEC));
    return events_ ? ask(EPOLL_CTL_ADD) : -errno;
  }

  // Readable when there is something to do.
  int events() const { return events_.get(); }

  State pump() {
    epoll_event seen[2];
    (void)epoll_wait(events_.get(), seen, 2, 0);
    if (abandoned()) return State::Ended;
    for (int round = 0; round < kRounds; round++) {
      moved_ = false;
      if (!carry_output() || !carry_input()) return State::Ended;
      if (!moved_) return State::Waiting;
    }
    return State::Busy;
  }

  // For edges, since all that can be moved is moved; what is ready at the time of asking is told, too.
  int ask(int operation) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    for (int fd : {socket_.get(), master_.get()})
      if (epoll_ctl(events_.get(), operation, fd, &event) != 0) return -errno;
    return 0;
  }

 private:
  // The other end of the socket is closed: whatever is still on its way to the terminal is of no use. One who has only
  // nothing more to type may still be reading.
  bool abandoned() const {
    pollfd wait{socket_.get(), 0, 0};
    return poll(&wait, 1, 0) > 0 && (wait.revents & POLLHUP);
  }

  // From the terminal; false at the end of either. EIO is the end of a terminal that no process has open any more.
  bool carry_output() {
    if (!hung_up_) {
      ssize_t got = output_.fill([this](char *to, size_t size) { return read(master_.get(), to, size); });
      if (got > 0) moved_ = true;
      if (got <= 0 && !again(got)) hung_up_ = true;
    }
    ssize_t sent = output_.drain(
        [this](const char *from, size_t size) { return send(socket_.get(), from, size, MSG_NOSIGNAL); });
    if (sent > 0) moved_ = true;
    if (sent < 0 && !again(sent)) return false;
    return !hung_up_ || !output_.empty();
  }

  // To the terminal; false where the socket fails.
  bool carry_input() {
    if (typing_) {
      ssize_t got = input_.fill([this](char *to, size_t size) { return recv(socket_.get(), to, size, 0); });
      if (got > 0) moved_ = true;
      if (got == 0) typing_ = false;
      if (got < 0 && !again(got)) return false;
    }
    ssize_t sent = input_.drain([this](const char *from, size_t size) { return write(master_.get(), from, size); });
    if (sent > 0) moved_ = true;
    return true;
  }

  Fd socket_, master_, events_;
  Lane output_, input_;
  bool typing_ = true, hung_up_ = false, moved_ = false;
};

// To close a descriptor does not end its events while a child that is being started has a copy of it.
void end(int epoll, Bridge *bridge) {
  epoll_ctl(epoll, EPOLL_CTL_DEL, bridge->events(), nullptr);
  delete bridge;
}

[[noreturn]] void serve(int epoll) {
  for (;;) {
    epoll_event event;
    if (epoll_wait(epoll, &event, 1, -1) != 1) continue;
    auto *bridge = static_cast<Bridge *>(event.data.ptr);
    State state = bridge->pump();
    if (state == State::Ended) end(epoll, bridge);
    if (state == State::Busy) (void)bridge->ask(EPOLL_CTL_MOD);
  }
}

// What the thread waits by, made with it at the first use; or -errno, and the next use tries again.
int serving() {
  static std::mutex mutex;
  static int epoll = -1;
  std::lock_guard lock(mutex);
  if (epoll >= 0) return epoll;
  Fd made(epoll_create1(EPOLL_CLOEXEC));
  if (!made) return -errno;
  if (int error = start_thread([fd = made.get()] { serve(fd); }); error < 0) return error;
  return epoll = made.release();
}

}  // namespace

int bridge_terminal(Fd socket, Fd master) {
  int epoll = serving();
  if (epoll < 0) return epoll;
  for (int fd : {socket.get(), master.get()}) {
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0) return -errno;
  }
  auto bridge = std::make_unique<Bridge>(std::move(socket), std::move(master));
  if (int error = bridge->open(); error != 0) return error;
  epoll_event event{};
  event.events = EPOLLIN;
  // From here on it is the thread's.
  Bridge *given = bridge.release();
  event.data.ptr = given;
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, given->events(), &event) == 0) return 0;
  int error = -errno;
  delete given;
  return error;
}

}  // namespace runts::core
