// One message of native/plan/protocol.h over a SOCK_SEQPACKET socket, with its descriptors. No heap, no
// state.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "../plan/protocol.h"
#include "fd.h"

namespace runts::channel {

// A message and the descriptors that came with it. Those are close-on-exec, and closed with this object
// unless taken.
struct Received {
  protocol::Message message;
  Fd fds[protocol::kMaxFds];
  uint32_t fd_count = 0;
  std::string_view text() const { return {message.text, message.text_size}; }
};

// Sends; at most kMaxFds descriptors, which stay open here. 0, or -errno: -EPIPE where the peer is gone
// (never SIGPIPE).
int send(int socket, const protocol::Message &message, std::span<const int> fds = {});

// Waits for a message. 1 for a message, 0 for the end (the peer has closed or died), or -errno; -EPROTO for a
// packet that is no message of this protocol (its descriptors are closed).
int receive(int socket, Received &received);

// A message without text.
protocol::Message plain(protocol::Type type, uint32_t step);

// A message with text (call text, and detail after a NUL); what is longer than kMaxText is cut.
protocol::Message failed(uint32_t step, int error, std::string_view text);

}  // namespace runts::channel
