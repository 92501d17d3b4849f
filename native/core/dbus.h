// A D-Bus connection without a bus in between (D-Bus Specification: "Authentication Protocol", "Message
// Protocol"). Messages are made and read elsewhere; here is what it takes to match an answer to its call.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "../sys/fd.h"
#include "deadline.h"
#include "status.h"

namespace runts::core::dbus {

enum class Type : uint8_t { Call = 1, Return = 2, Error = 3, Signal = 4 };

struct Message {
  Type type = Type::Signal;
  uint32_t reply_serial = 0;
  std::string member;
  // Of an error, such as org.freedesktop.systemd1.NoSuchUnit.
  std::string error_name;
  // From the first byte of the header to the last of the body.
  std::string bytes;
  size_t body_at = 0;
  std::string_view body() const { return std::string_view(bytes).substr(body_at); }
};

// Reads values in the order of the body; nothing after one that is not whole.
class Body {
 public:
  explicit Body(std::string_view bytes) : bytes_(bytes) {}
  std::optional<uint32_t> u32();
  // A string or an object path.
  std::optional<std::string_view> text();
  // The text in a variant that holds one.
  std::optional<std::string_view> variant_text();

 private:
  std::string_view bytes_;
  size_t at_ = 0;
};

class Connection {
 public:
  // Connects to a unix stream socket and authenticates as whoever the kernel says we are.
  Status open(std::string_view path, Clock::time_point deadline);
  // Sends a method call with a serial of its own and waits for the answer, which may be an error.
  Status call(std::string message, Message &answer);
  const std::string &path() const { return path_; }
  // True where the peer and this process call processes by the same numbers.
  bool shares_pids() const;
  // The next message.
  Status receive(Message &message);

 private:
  Status authenticate();
  Status read_line(std::string &line);
  Status send(std::string_view bytes);
  Status read(size_t size, std::string &out);
  Status wait(short events);
  Status lost(int error, const char *what);
  Fd socket_;
  std::string path_;
  Clock::time_point deadline_;
  uint32_t serial_ = 0;
};

}  // namespace runts::core::dbus
