#include "dbus.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include "steps.h"

namespace runts::core::dbus {
namespace {

constexpr size_t kFixedHeader = 16;
constexpr size_t kSerialAt = 8;
// An answer of systemd's has some kilobytes at most.
constexpr size_t kMaxMessage = 16 << 20;
constexpr size_t kMaxLine = 4096;

size_t aligned(size_t at, size_t size) { return (at + size - 1) / size * size; }

uint32_t u32_at(std::string_view bytes, size_t at) {
  uint32_t value = 0;
  if (at + sizeof(value) <= bytes.size()) memcpy(&value, bytes.data() + at, sizeof(value));
  return value;
}

// Codes of header fields.
enum Field : uint8_t { kMember = 3, kErrorName = 4, kReplySerial = 5 };

// The fields of a header: array of struct (code, variant of a string, a signature or a number).
bool read_fields(Message &message) {
  std::string_view all = message.bytes;
  size_t end = kFixedHeader + u32_at(all, 12);
  if (end > all.size()) return false;
  for (size_t at = kFixedHeader; at < end;) {
    at = aligned(at, 8);
    if (at + 4 > end || all[at + 1] != 1 || all[at + 3] != 0) return false;
    auto code = static_cast<uint8_t>(all[at]);
    char type = all[at + 2];
    at += 4;
    if (type == 'u') {
      if (code == kReplySerial) message.reply_serial = u32_at(all, at);
      at += 4;
      continue;
    }
    bool is_signature = type == 'g';
    if (!is_signature && type != 's' && type != 'o') return false;
    size_t size = is_signature ? static_cast<uint8_t>(all[at]) : u32_at(all, at);
    at += is_signature ? 1 : 4;
    if (size > end || at + size + 1 > end) return false;
    if (code == kMember) message.member = all.substr(at, size);
    if (code == kErrorName) message.error_name = all.substr(at, size);
    at += size + 1;
  }
  return true;
}

}  // namespace

std::optional<uint32_t> Body::u32() {
  size_t at = aligned(at_, 4);
  if (at + 4 > bytes_.size()) return {};
  at_ = at + 4;
  return u32_at(bytes_, at);
}

std::optional<std::string_view> Body::text() {
  std::optional<uint32_t> size = u32();
  if (!size || *size >= bytes_.size() - at_) return {};
  std::string_view text = bytes_.substr(at_, *size);
  at_ += *size + 1;
  return text;
}

std::optional<std::string_view> Body::variant_text() {
  if (bytes_.substr(at_, 3) != std::string_view("\1s", 3)) return {};
  at_ += 3;
  return text();
}

Status Connection::lost(int error, const char *what) {
  Report report;
  report.call(what).string(path_);
  if (error == ETIMEDOUT) report.detail("systemd does not answer");
  return failed(error, report);
}

Status Connection::open(std::string_view path, Clock::time_point deadline) {
  path_ = path;
  deadline_ = deadline;
  serial_ = 0;
  socket_.reset(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket_) return failed(errno, "socket(AF_UNIX, SOCK_STREAM)");
  if (int error = connect_to(path_, socket_.get()); error < 0) return lost(-error, "connect");
  fcntl(socket_.get(), F_SETFL, O_NONBLOCK);
  return authenticate();
}

// The kernel has no number for a process of another pid namespace, unless that is below this one.
bool Connection::shares_pids() const {
  ucred peer{};
  socklen_t size = sizeof(peer);
  return getsockopt(socket_.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid > 0;
}

// EXTERNAL without an identity: the server takes that of the socket's peer, which it would check any other
// against. One that names a user would be wrong in a user namespace.
Status Connection::authenticate() {
  std::string line;
  if (Status status = send(std::string_view("\0AUTH EXTERNAL\r\n", 16)); !status.ok()) return status;
  if (Status status = read_line(line); !status.ok()) return status;
  if (line == "DATA") {
    if (Status status = send("DATA\r\n"); !status.ok()) return status;
    if (Status status = read_line(line); !status.ok()) return status;
  }
  if (!line.starts_with("OK ")) {
    Report report;
    report.call("systemd").string(path_);
    return failed(EACCES, report.detail("it does not take the caller's identity: ").detail(line));
  }
  // systemd lets a message lie that it has read together with BEGIN, until something more comes. So BEGIN goes
  // with a question, whose answer (yes or no, no descriptors are sent) tells that both have been read.
  if (Status status = send("NEGOTIATE_UNIX_FD\r\nBEGIN\r\n"); !status.ok()) return status;
  return read_line(line);
}

Status Connection::read_line(std::string &line) {
  std::string byte;
  line.clear();
  while (!line.ends_with("\r\n")) {
    if (Status status = read(1, byte); !status.ok()) return status;
    line += byte;
    if (line.size() > kMaxLine) return lost(EPROTO, "recv");
  }
  line.resize(line.size() - 2);
  return done();
}

Status Connection::wait(short events) {
  int ready = await_events(socket_.get(), events, deadline_);
  if (ready > 0) return done();
  return lost(ready == 0 ? ETIMEDOUT : -ready, "poll");
}

Status Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<size_t>(sent));
    } else if (errno == EAGAIN) {
      if (Status status = wait(POLLOUT); !status.ok()) return status;
    } else if (errno != EINTR) {
      return lost(errno, "send");
    }
  }
  return done();
}

Status Connection::read(size_t size, std::string &out) {
  out.resize(size);
  for (size_t have = 0; have < size;) {
    ssize_t got = recv(socket_.get(), out.data() + have, size - have, 0);
    if (got > 0) {
      have += static_cast<size_t>(got);
    } else if (got == 0) {
      return lost(ECONNRESET, "recv");
    } else if (errno == EAGAIN) {
      if (Status status = wait(POLLIN); !status.ok()) return status;
    } else if (errno != EINTR) {
      return lost(errno, "recv");
    }
  }
  return done();
}

Status Connection::receive(Message &message) {
  message = {};
  if (Status status = read(kFixedHeader, message.bytes); !status.ok()) return status;
  size_t body = u32_at(message.bytes, 4), fields = u32_at(message.bytes, 12);
  if (message.bytes[0] != 'l' || body > kMaxMessage || fields > kMaxMessage) return lost(EPROTO, "recv");
  message.type = static_cast<Type>(message.bytes[1]);
  message.body_at = aligned(kFixedHeader + fields, 8);
  std::string rest;
  if (Status status = read(message.body_at - kFixedHeader + body, rest); !status.ok()) return status;
  message.bytes += rest;
  return read_fields(message) ? done() : lost(EPROTO, "recv");
}

Status Connection::call(std::string message, Message &answer) {
  if (message.size() < kFixedHeader) return failed(EPROTO, "the plan", "a D-Bus message is damaged");
  serial_++;
  memcpy(message.data() + kSerialAt, &serial_, sizeof(serial_));
  if (Status status = send(message); !status.ok()) return status;
  for (;;) {
    if (Status status = receive(answer); !status.ok()) return status;
    bool is_answer = answer.type == Type::Return || answer.type == Type::Error;
    if (is_answer && answer.reply_serial == serial_) return done();
  }
}

}  // namespace runts::core::dbus
