// rtnetlink(7) in one network namespace: requests, their answers, and the kernel's own words for a refusal.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <linux/netlink.h>

#include "../sys/fd.h"

namespace runts::core {

// A request that is put together: the header of its family, then attributes.
class NetlinkRequest {
 public:
  template <typename Header>
  NetlinkRequest(uint16_t type, uint16_t flags, const Header &header) {
    start(type, flags, {reinterpret_cast<const char *>(&header), sizeof(header)});
  }
  NetlinkRequest &bytes(uint16_t type, std::string_view value);
  // With a NUL at its end, as names are sent.
  NetlinkRequest &text(uint16_t type, const std::string &value);
  NetlinkRequest &number(uint16_t type, uint32_t value);

  // The finished message.
  std::string message(uint32_t sequence) const;

 private:
  void start(uint16_t type, uint16_t flags, std::string_view header);
  std::string bytes_;
};

// A socket of one network namespace.
class Netlink {
 public:
  // In the namespace that the descriptor stands for; that of this thread stays what it is. 0, or -errno.
  int open_in(int network_namespace);

  using Answer = std::function<void(const nlmsghdr &)>;
  // Sends a request and waits for its end; `each` gets what comes before. 0, or -errno.
  int ask(const NetlinkRequest &request, const Answer &each = {});

  // What the kernel said of the last refusal; empty if nothing.
  const std::string &why() const { return why_; }

 private:
  int receive(uint32_t sequence, const Answer &each);
  Fd socket_;
  uint32_t sequence_ = 0;
  std::string why_;
};

}  // namespace runts::core
